import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';

/** Who publishes: the pipeline's notices, alarms, failed deployments and backups, budgets. */
const PUBLISHERS = [
  'codestar-notifications.amazonaws.com',
  'cloudwatch.amazonaws.com',
  'events.amazonaws.com',
  'budgets.amazonaws.com',
];

/** Who makes the topic of an account: whoever is deployed into it first. */
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
    const conditions = { StringEquals: { 'aws:SourceAccount': account } };
    const principals = PUBLISHERS.map((service) => new ServicePrincipal(service));
    const key = new Key(this, 'Key', {
      description: `${topicName}: what people are told`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const topic = new Topic(this, 'Topic', { topicName, masterKey: key, enforceSSL: true });
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
