import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { Calls } from '../aws';
import { pages } from '../paging';
import { plainLine } from '../../model/plain-text';
import type { DeploymentEvent } from './evidence/triage.shape';
import { reasonOf } from '../reason';

/** The calls of {@link describeDeployment}. */
export type DeploymentCalls = Pick<Calls, 'describeStackEvents' | 'describeServices' | 'listTasks' | 'describeTasks'>;

/** Events of a service that are shown: the newest ones repeat themselves. */
const SERVICE_EVENTS = 5;

/** When an action worked on a stack: what came before and after is of other deployments. */
export interface DeploymentTime {
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** Why a stack's deployment failed: its failed resources and what the stack itself says, oldest first, and for an ECS service its events and its stopped tasks. */
export async function describeDeployment(
  aws: DeploymentCalls,
  stackName: string,
  time: DeploymentTime,
  unknown: string[],
): Promise<DeploymentEvent[]> {
  const { since } = time;
  const failed = await failedEvents(aws, stackName, time, unknown);
  const services = failed.filter((event) => event.ResourceType === 'AWS::ECS::Service');
  const told = await Promise.all(services.map((event) => serviceEvents(aws, event, since, unknown)));
  return [
    ...failed.map((event) => ({
      ...(event.Timestamp ? { at: event.Timestamp.toISOString() } : {}),
      subject: `${stackName}/${event.LogicalResourceId ?? ''}`,
      ...(event.ResourceType ? { type: event.ResourceType } : {}),
      ...(event.ResourceStatus ? { status: event.ResourceStatus } : {}),
      reason: plainLine(event.ResourceStatusReason ?? ''),
    })),
    ...told.flat(),
  ];
}

async function failedEvents(
  aws: DeploymentCalls,
  stackName: string,
  { since, until }: DeploymentTime,
  unknown: string[],
): Promise<StackEvent[]> {
  const found: StackEvent[] = [];
  try {
    const call = (input: { StackName: string; nextToken?: string }) =>
      aws
        .describeStackEvents({ StackName: input.StackName, ...(input.nextToken ? { NextToken: input.nextToken } : {}) })
        .then(({ StackEvents, NextToken }) => ({
          events: StackEvents ?? [],
          ...(NextToken ? { nextToken: NextToken } : {}),
        }));
    for await (const { events } of pages(call, { StackName: stackName })) {
      found.push(
        ...events.filter(
          ({ Timestamp: at }) => !at || ((since === undefined || at >= since) && (until === undefined || at <= until)),
        ),
      );
      // Newest first: what is older than the action belongs to another deployment.
      if (since && events.some((event) => event.Timestamp && event.Timestamp < since)) break;
    }
  } catch (error) {
    unknown.push(`the events of ${stackName} cannot be read: ${reasonOf(error)}`);
  }
  return found.reverse().filter((event) => tellsWhy(event, stackName));
}

/** What the stack itself says of its own only because a resource failed, or somebody asked for it. */
const SAYS_NOTHING = /^(?:User Initiated|Transformation succeeded|The following resource\(s\) failed to .*)?$/i;

/** A failed resource; and the stack's own turn to a rollback, whose reason may be the only one: an export in use fails no resource. */
function tellsWhy(event: StackEvent, stackName: string): boolean {
  const { LogicalResourceId: id, ResourceStatus: status = '', ResourceStatusReason: reason = '' } = event;
  if (id !== stackName) return status.endsWith('_FAILED');
  return /ROLLBACK_IN_PROGRESS$|_FAILED$/.test(status) && !SAYS_NOTHING.test(reason);
}

async function serviceEvents(
  aws: DeploymentCalls,
  event: StackEvent,
  since: Date | undefined,
  unknown: string[],
): Promise<DeploymentEvent[]> {
  // arn:aws:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE (Amazon ECS Developer Guide, "Amazon Resource Names (ARNs) and IDs").
  const [, cluster, service] = /:service\/([^/]+)\/(.+)$/.exec(event.PhysicalResourceId ?? '') ?? [];
  if (!cluster || !service) return [];
  try {
    const { services } = await aws.describeServices({ cluster, services: [service] });
    const { taskArns } = await aws.listTasks({ cluster, serviceName: service, desiredStatus: 'STOPPED' });
    const { tasks } = taskArns?.length ? await aws.describeTasks({ cluster, tasks: taskArns }) : { tasks: [] };
    return [
      ...(tasks ?? []).map((task) => ({
        ...(task.stoppedAt ? { at: task.stoppedAt.toISOString() } : {}),
        subject: service,
        type: 'AWS::ECS::Task',
        status: 'STOPPED',
        reason: plainLine(
          [
            task.stoppedReason,
            ...(task.containers ?? [])
              .filter((container) => container.exitCode || container.reason)
              .map((one) => `${one.name}: ${one.reason ?? ''}${one.exitCode ? ` (exit code ${one.exitCode})` : ''}`),
          ]
            .filter(Boolean)
            .join('; '),
        ),
      })),
      ...(services ?? [])
        .flatMap((one) => one.events ?? [])
        .filter((one) => !since || !one.createdAt || one.createdAt >= since)
        .slice(0, SERVICE_EVENTS)
        .map((one) => ({
          ...(one.createdAt ? { at: one.createdAt.toISOString() } : {}),
          subject: service,
          type: 'AWS::ECS::ServiceEvent',
          reason: plainLine(one.message ?? ''),
        })),
    ];
  } catch (error) {
    unknown.push(`the service ${service} cannot be read: ${reasonOf(error)}`);
    return [];
  }
}
