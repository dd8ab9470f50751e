import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnRule, EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { ResourcePolicy } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { runbookLink, type AlarmSpec } from './alarm-spec';
import type { EnvironmentProps } from './environment-stack';
import { makeLogGroup } from './logs';
import type { Observed } from './observed';

/** What failures that no metric shows are told of. */
export interface FailureEventsProps extends EnvironmentProps {
  readonly prefix: string;
  readonly observed: Observed;
  readonly topic: ITopic;
  /** What the log of stopped tasks is encrypted with. */
  readonly key: IKey;
}

/**
 * Tells, at once, of a deployment that ECS gave up (Amazon ECS Developer Guide, "Service deployment state change events") and of a backup
 * that failed (AWS Backup Developer Guide, "Monitoring AWS Backup events using Amazon EventBridge").
 */
export function tellOfFailures(scope: Construct, props: FailureEventsProps): void {
  const { prefix, configuration, topic } = props;
  const tell = (what: string, anchor: string): SnsTopic =>
    new SnsTopic(topic, {
      message: RuleTargetInput.fromText(
        `${prefix}: ${what} (${EventField.fromPath('$.resources[0]')}, ${EventField.time}). Runbook: ${runbookLink(configuration, anchor)}`,
      ),
    });
  new Rule(scope, 'FailedDeployment', {
    ruleName: `${prefix}-failed-deployment`,
    description: `ECS gave up a deployment. Runbook: ${runbookLink(configuration, 'alarm-failed-deployment')}`,
    eventPattern: {
      source: ['aws.ecs'],
      detailType: ['ECS Deployment State Change'],
      resources: props.observed.services.map((service) => service.serviceArn),
      detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
    },
    targets: [tell('a deployment failed and was rolled back', 'alarm-failed-deployment')],
  });
  new Rule(scope, 'FailedBackup', {
    ruleName: `${prefix}-failed-backup`,
    description: `A backup did not come about. Runbook: ${runbookLink(configuration, 'alarm-failed-backup')}`,
    eventPattern: {
      source: ['aws.backup'],
      detailType: ['Backup Job State Change'],
      detail: { state: ['FAILED', 'ABORTED', 'EXPIRED'] },
    },
    targets: [tell('a backup failed', 'alarm-failed-backup')],
  });
}

/**
 * Keeps why tasks stopped, which ECS itself forgets within the hour, and counts the ones that did not mean to: what ended by itself or
 * failed its health check. A deployment or scaling stops tasks too; those do not count.
 */
export function taskStops(scope: Construct, props: FailureEventsProps): AlarmSpec {
  const { prefix, observed } = props;
  const { account, region } = Stack.of(scope);
  // EventBridge's own prefix: its console offers no other group (EventBridge User Guide, "Amazon CloudWatch Logs targets").
  const logs = makeLogGroup(scope, 'TaskStops', props.environment, props.key, `/aws/events/${prefix}-task-stops`);
  const policy = new ResourcePolicy(scope, 'TaskStopsPolicy', {
    resourcePolicyName: `${prefix}-task-stops`,
    policyStatements: [
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com'), new ServicePrincipal('delivery.logs.amazonaws.com')],
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logs.logGroupArn],
      }),
    ],
  });
  const clusters = [...new Set(observed.services.map((service) => service.cluster))];
  // The L1: the L2's target for a log group makes its policy with a Lambda function, whose code would be an asset.
  const rule = new CfnRule(scope, 'StoppedTasks', {
    name: `${prefix}-stopped-tasks`,
    description: 'Tasks that ended by themselves or failed their health check',
    eventPattern: {
      source: ['aws.ecs'],
      'detail-type': ['ECS Task State Change'],
      detail: {
        clusterArn: clusters.map((cluster) => cluster.clusterArn),
        lastStatus: ['STOPPED'],
        $or: [
          { stopCode: ['EssentialContainerExited', 'TaskFailedToStart'] },
          { stoppedReason: [{ wildcard: '*health checks*' }] },
        ],
      },
    },
    // Without the `:*` that the group's own attribute ends in: EventBridge takes the group, not its streams.
    targets: [{ id: 'Logs', arn: `arn:aws:logs:${region}:${account}:log-group:${logs.logGroupName}` }],
  });
  rule.addResourceDependency(policy.node.defaultChild as never);
  return {
    name: 'task-restarts',
    says: 'Tasks end by themselves: three or more within a quarter of an hour.',
    metric: new Metric({
      namespace: 'AWS/Events',
      metricName: 'TriggeredRules',
      statistic: Stats.SUM,
      period: Duration.minutes(15),
      dimensionsMap: { RuleName: `${prefix}-stopped-tasks` },
    }),
    threshold: 3,
    periods: { bad: 1, of: 1 },
  };
}
