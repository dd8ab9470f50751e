import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import type { Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { PipelineNotificationEvents } from 'aws-cdk-lib/aws-codepipeline';
import { DetailType } from 'aws-cdk-lib/aws-codestarnotifications';
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
 * (Developer Tools console guide, "Events for notification rules on pipelines").
 */
export function notify(scope: Construct, pipeline: Pipeline, configuration: Configuration): void {
  const { slack } = configuration.notifications;
  const { topic } = new NotificationTopic(scope, 'Notifications', {
    topicName: `${configuration.project}-pipeline`,
    emails: configuration.notifications.emails,
    publishers: ['codestar-notifications.amazonaws.com'],
  });
  pipeline.notifyOn('Notices', topic, {
    events: EVENTS,
    detailType: DetailType.FULL,
    notificationRuleName: `${configuration.project}-pipeline`,
  });
  if (!slack) return;
  const channel = new SlackChannelConfiguration(scope, 'Slack', {
    slackChannelConfigurationName: `${configuration.project}-pipeline`,
    slackWorkspaceId: slack.workspaceId,
    slackChannelId: slack.channelId,
  });
  pipeline.notifyOn('SlackNotices', channel, {
    events: EVENTS,
    detailType: DetailType.FULL,
    notificationRuleName: `${configuration.project}-pipeline-slack`,
  });
}
