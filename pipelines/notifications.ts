import { PipelineNotificationEvents, type Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { DetailType } from 'aws-cdk-lib/aws-codestarnotifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { NotificationTopic } from '../lib/notification-topic';

/** What somebody has to do something about. A success is not among it: who is told of everything reads nothing. */
const EVENTS = [
  PipelineNotificationEvents.PIPELINE_EXECUTION_FAILED,
  PipelineNotificationEvents.MANUAL_APPROVAL_NEEDED,
  PipelineNotificationEvents.MANUAL_APPROVAL_FAILED,
];

/**
 * Tells of a failed execution, in whichever stage, and of an approval that waits: by mail, and in Slack where that is configured
 * (Developer Tools console guide, "Events for notification rules on pipelines"). The notice holds links to the execution and the approval.
 */
export function notify(scope: Construct, pipeline: Pipeline, configuration: Configuration): void {
  const { topic } = new NotificationTopic(scope, 'Notifications', configuration, 'pipeline');
  // By its ARN: aws-cdk-lib would grant the notices once more, without the condition on the account.
  pipeline.notifyOn('Notices', Topic.fromTopicArn(scope, 'NoticesTopic', topic.topicArn), {
    events: EVENTS,
    detailType: DetailType.FULL,
    notificationRuleName: `${configuration.project}-pipeline`,
  });
}
