import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** Who publishes to a topic and who hears of it. */
export interface NotificationTopicProps {
  readonly topicName: string;
  readonly emails: readonly string[];
  /** The services that publish, such as `cloudwatch.amazonaws.com`. */
  readonly publishers: readonly string[];
}

/**
 * A topic that is encrypted with a key of its own: AWS's own key for SNS can be used by no service that publishes (Amazon SNS Developer
 * Guide, "Enable compatibility between event sources from AWS services and encrypted topics"). TLS only.
 */
export class NotificationTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: NotificationTopicProps) {
    super(scope, id);
    const { account } = Stack.of(this);
    const conditions = { StringEquals: { 'aws:SourceAccount': account } };
    const key = new Key(this, 'Key', {
      description: `${props.topicName}: notifications`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = new Topic(this, 'Topic', { topicName: props.topicName, masterKey: key, enforceSSL: true });
    for (const service of props.publishers) {
      const principals = [new ServicePrincipal(service)];
      key.addToResourcePolicy(
        new PolicyStatement({
          principals,
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions,
        }),
      );
      this.topic.addToResourcePolicy(
        new PolicyStatement({ principals, actions: ['sns:Publish'], resources: [this.topic.topicArn], conditions }),
      );
    }
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
  }
}
