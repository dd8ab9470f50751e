import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { list, object, text } from '../account/json';
import type { ServiceCall } from './service-call';
import { actsFor } from './source-keys';
import { assumes, type StandingCalls } from './standing-call';
import { taskCalls, taskDefinitionOf } from './task-calls';

/** What a service asks for to send to a target, by the service in the target's ARN (EventBridge User Guide, "Using IAM for EventBridge targets"). */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  lambda: ['lambda:InvokeFunction'],
  sns: ['sns:Publish'],
  sqs: ['sqs:SendMessage'],
  states: ['states:StartExecution'],
  codebuild: ['codebuild:StartBuild'],
  codepipeline: ['codepipeline:StartPipelineExecution'],
  events: ['events:PutEvents'],
  kinesis: ['kinesis:PutRecord'],
  firehose: ['firehose:PutRecord'],
  logs: ['logs:CreateLogStream', 'logs:PutLogEvents'],
};

/** Services whose resources say in a policy of their own that EventBridge may; the others are asked as the target's role (same guide). */
const BY_RESOURCE = /^(lambda|sns|sqs|logs)$/;

/** EventBridge's calls to the targets of a rule. */
export const ruleCalls: StandingCalls = ({ resource, ledger }) => {
  const { properties, physicalId, attributes, stack } = resource;
  const rule = text(attributes.Arn) || `arn:aws:events:${stack.region}:${stack.account}:rule/${physicalId}`;
  const source = 'EventBridge User Guide, "Using resource-based policies" and "Using IAM for targets"';
  // EventBridge User Guide, "Cross-service confused deputy prevention": "the value of aws:SourceArn must be the rule ARN".
  const keys = actsFor(rule, stack.account);
  return list(properties.Targets)
    .map(object)
    .flatMap((target): readonly ServiceCall[] => {
      const arn = text(target.Arn);
      const role = text(target.RoleArn);
      const service = arn.split(':')[2] ?? '';
      const why = `to send what the rule ${physicalId} matches`;
      if (target.EcsParameters) {
        const task = text(object(target.EcsParameters).TaskDefinitionArn);
        return [
          ...assumes('events', role, why, source, keys),
          ...runTaskCalls(role, task, resource, ledger, why, source),
        ];
      }
      if (role !== '') {
        const asked = targetCalls(role, arn, why, source);
        return [...assumes('events', role, why, source, keys), ...asked];
      }
      if (!BY_RESOURCE.test(service)) return [];
      // EventBridge says to functions and queues which rule it is: "conditions are not supported" for topics.
      const context = /^(lambda|sqs)$/.test(service) ? keys.context : undefined;
      return targetCalls('events.amazonaws.com', arn, why, source, context);
    });
};

/** EventBridge Scheduler's calls, as the schedule's role (EventBridge Scheduler User Guide, "Setting up": the execution role). */
export const scheduleCalls: StandingCalls = ({ resource, ledger }) => {
  const target = object(resource.properties.Target);
  const role = text(target.RoleArn);
  const arn = text(target.Arn);
  const why = `to do what the schedule ${resource.physicalId} says`;
  const source = 'EventBridge Scheduler User Guide, "Managing targets" and "Setting up the execution role"';
  const { stack, properties } = resource;
  // EventBridge Scheduler User Guide, "Confused deputy prevention": the ARN is that of the schedule's group.
  const group = `arn:aws:scheduler:${stack.region}:${stack.account}:schedule-group/${text(properties.GroupName) || 'default'}`;
  const taken = assumes('scheduler', role, why, source, actsFor(group, stack.account));
  if (!role.startsWith('arn:')) return [];
  if (target.EcsParameters) {
    const task = text(object(target.EcsParameters).TaskDefinitionArn);
    return [...taken, ...runTaskCalls(role, task, resource, ledger, why, source)];
  }
  const [, service, operation = ''] = /^arn:[^:]+:scheduler:::aws-sdk:([a-z0-9-]+):(\w+)$/.exec(arn) ?? [];
  if (service === undefined) return [...taken, ...targetCalls(role, arn, why, source)];
  const action = `${service}:${operation.charAt(0).toUpperCase()}${operation.slice(1)}`;
  return [...taken, ...universalCalls(role, action, text(target.Input), resource, why, source)];
};

function targetCalls(
  by: string,
  arn: string,
  why: string,
  source: string,
  context?: ServiceCall['context'],
): readonly ServiceCall[] {
  const service = arn.split(':')[2] ?? '';
  const resource = service === 'logs' ? `${arn.replace(/:\*$/, '')}:log-stream:one` : arn;
  return (TARGETS[service] ?? []).map((action) => ({
    by,
    action,
    resource,
    why,
    source,
    ...(context ? { context } : {}),
  }));
}

/** A task is run with its definition, whose roles are passed, and is then started like every task. */
function runTaskCalls(
  by: string,
  task: string,
  resource: ResourceOfStack,
  ledger: Pick<StackLedger, 'resources'>,
  why: string,
  source: string,
): readonly ServiceCall[] {
  const definition = taskDefinitionOf(task, resource, ledger);
  if (!definition || !by.startsWith('arn:')) return [];
  const roles = [text(definition.properties.ExecutionRoleArn), text(definition.properties.TaskRoleArn)];
  return [
    { by, action: 'ecs:RunTask', resource: definition.physicalId, why, source },
    ...roles
      .filter((role) => role.startsWith('arn:'))
      .map((role) => ({
        by,
        action: 'iam:PassRole',
        resource: role,
        context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
        why,
        source,
      })),
    ...taskCalls(definition, ledger),
  ];
}

/** An operation of any service: its resource is in what the schedule gives it, in the operation's own words. */
function universalCalls(
  by: string,
  action: string,
  input: string,
  { stack }: ResourceOfStack,
  why: string,
  source: string,
): readonly ServiceCall[] {
  const given = parsed(input);
  const { account, region } = stack;
  if (action.startsWith('ecs:') && text(given.Service) !== '') {
    const cluster = (text(given.Cluster) || 'default').split('/').at(-1) ?? '';
    const name = text(given.Service).split('/').at(-1) ?? '';
    return [{ by, action, resource: `arn:aws:ecs:${region}:${account}:service/${cluster}/${name}`, why, source }];
  }
  if (action.startsWith('rds:') && text(given.DbInstanceIdentifier) !== '') {
    const resource = `arn:aws:rds:${region}:${account}:db:${text(given.DbInstanceIdentifier)}`;
    return [{ by, action, resource, why, source }];
  }
  const anything = { anything: true as const };
  return [{ by, action, resource: '*', why, source, ...anything }];
}

function parsed(input: string): Readonly<Record<string, unknown>> {
  try {
    return object(JSON.parse(input));
  } catch {
    // An input that is not JSON is the scheduler's to refuse.
    return {};
  }
}
