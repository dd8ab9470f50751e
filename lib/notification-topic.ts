import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';

/** Who publishes in an account: the notices of a pipeline that is there, the budgets of environments, the alarms of protected ones. */
function publishersOf({ pipeline, environments }: Configuration, account: string): readonly string[] {
  const here = Object.values(environments).filter((one) => one.account === account);
  return [
    ...(pipeline.account === account ? ['codestar-notifications.amazonaws.com'] : []),
    ...(here.length > 0 ? ['budgets.amazonaws.com'] : []),
    ...(here.some((one) => one.protected) ? ['cloudwatch.amazonaws.com'] : []),
  ];
}

/**
 * Failed deployments and backups of protected environments. Without a condition on the account: SNS does not support one for EventBridge where the topic
 * is encrypted (same page as below).
 */
function unconditionalPublishersOf({ environments }: Configuration, account: string): readonly string[] {
  return Object.values(environments).some((one) => one.account === account && one.protected)
    ? ['events.amazonaws.com']
    : [];
}

/** Who makes the topic of an account: who is deployed into it first. */
type Owner = 'pipeline' | 'dev' | 'prod';

function ownerOf(configuration: Configuration, account: string): Owner {
  const { dev } = configuration.environments;
  return configuration.pipeline.account === account ? 'pipeline' : dev.account === account ? 'dev' : 'prod';
}

/**
 * The one topic of an account that people hear from, by mail and in Slack. One, because Slack gives a channel to one configuration of an
 * account only, and what shares an account would have to share it. It is encrypted with a key of its own: AWS's own key for SNS can be used
 * by no service that publishes (Amazon SNS Developer Guide, "Enable compatibility between event sources from AWS services and encrypted
 * topics").
 */
export class NotificationTopic extends Construct {
  readonly topic: ITopic;
  /** The Slack channel, where this stack is the one that makes it. */
  readonly slack?: SlackChannelConfiguration;

  constructor(scope: Construct, id: string, configuration: Configuration, user: Owner) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    const topicName = `${configuration.project}-notifications`;
    if (ownerOf(configuration, account) !== user) {
      this.topic = Topic.fromTopicArn(this, 'Topic', `arn:aws:sns:${region}:${account}:${topicName}`);
      return;
    }
    const key = new Key(this, 'Key', {
      description: `${topicName}: what people are told`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const topic = new Topic(this, 'Topic', { topicName, masterKey: key, enforceSSL: true });
    for (const [services, conditions] of [
      [publishersOf(configuration, account), { StringEquals: { 'aws:SourceAccount': account } }],
      [unconditionalPublishersOf(configuration, account), {}],
    ] as const) {
      if (services.length === 0) continue;
      const principals = services.map((service) => new ServicePrincipal(service));
      key.addToResourcePolicy(
        new PolicyStatement({
          principals,
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions,
        }),
      );
      topic.addToResourcePolicy(
        new PolicyStatement({ principals, actions: ['sns:Publish'], resources: [topic.topicArn], conditions }),
      );
    }
    const { emails, slack } = configuration.notifications;
    for (const email of emails) topic.addSubscription(new EmailSubscription(email));
    if (slack) {
      this.slack = new SlackChannelConfiguration(this, 'Slack', {
        slackChannelConfigurationName: topicName,
        slackWorkspaceId: slack.workspaceId,
        slackChannelId: slack.channelId,
        notificationTopics: [topic],
      });
    }
    this.topic = topic;
  }
}
