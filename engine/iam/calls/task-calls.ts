import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { list, object, text } from '../account/json';
import { secretArn } from './codebuild-calls';
import { isMadeByAStack, logCalls, logGroupArn } from './log-calls';
import { pullCalls } from './pull-calls';
import type { ServiceCall } from './service-call';
import { actsForOneOf } from './source-keys';
import { assumes, atDeployment, type StandingCalls } from './standing-call';

const SOURCE = 'Amazon ECS Developer Guide, "Amazon ECS task execution IAM role"';

/** The task definition that a service or a target names, by its ARN or its family. */
export function taskDefinitionOf(
  named: string,
  { stack }: Pick<ResourceOfStack, 'stack'>,
  ledger: Pick<StackLedger, 'resources'>,
): ResourceOfStack | undefined {
  return ledger
    .resources('AWS::ECS::TaskDefinition', stack.account, stack.region)
    .find(({ physicalId, properties }) => physicalId === named || properties.Family === named);
}

/** What ECS calls to start a task, with its execution role, before a container runs. */
export function taskCalls(definition: ResourceOfStack, ledger: Pick<StackLedger, 'resources'>): readonly ServiceCall[] {
  const { properties, stack } = definition;
  const by = text(properties.ExecutionRoleArn);
  const name = text(properties.Family) || definition.logicalId;
  const taken = [by, text(properties.TaskRoleArn)].flatMap((role) =>
    assumes(
      'ecs-tasks',
      role,
      `to start a task of ${name}`,
      SOURCE,
      // "Using the aws:SourceArn condition key to specify a specific cluster is not currently supported; use the wildcard" (same guide, "Task IAM role").
      actsForOneOf(
        `arn:aws:ecs:${stack.region}:${stack.account}:`,
        stack.account,
        'ECS does not say which of its resources it names: specify all with *',
      ),
    ),
  );
  if (!by.startsWith('arn:')) return taken;
  const own = list(properties.ContainerDefinitions)
    .map(object)
    .flatMap((container): readonly ServiceCall[] => [
      ...pullCalls(by, text(container.Image), `to pull the image of ${text(container.Name)}`, SOURCE),
      ...logsOf(by, object(container.LogConfiguration), stack, ledger),
      ...[
        ...list(container.Secrets),
        ...list(object(container.LogConfiguration).SecretOptions),
        ...(container.RepositoryCredentials
          ? [{ Name: 'the registry', ValueFrom: object(container.RepositoryCredentials).CredentialsParameter }]
          : []),
      ].flatMap((secret) => secretCall(by, object(secret), stack)),
    ]);
  return [...taken, ...own];
}

/** A service's tasks: where one cannot be started, the service does not become stable, and its deployment fails. */
export const serviceCalls: StandingCalls = ({ resource, ledger }) => {
  const definition = taskDefinitionOf(text(resource.properties.TaskDefinition), resource, ledger);
  return definition ? atDeployment(taskCalls(definition, ledger)) : [];
};

function logsOf(
  by: string,
  configuration: ReturnType<typeof object>,
  { account, region }: ResourceOfStack['stack'],
  ledger: Pick<StackLedger, 'resources'>,
): readonly ServiceCall[] {
  const options = object(configuration.Options);
  const group = text(options['awslogs-group']);
  if (configuration.LogDriver !== 'awslogs' || group === '') return [];
  const at = { account, region: text(options['awslogs-region']) || region };
  return logCalls(by, logGroupArn(group, at), {
    // ECS makes no group unless it is told to ("awslogs-create-group").
    isThere: options['awslogs-create-group'] !== 'true' || isMadeByAStack(group, at, ledger),
    why: 'to write the log of a task',
    source: SOURCE,
  });
}

function secretCall(
  by: string,
  secret: ReturnType<typeof object>,
  { account, region }: ResourceOfStack['stack'],
): readonly ServiceCall[] {
  const from = text(secret.ValueFrom);
  if (from === '' || from.includes('{{resolve:')) return [];
  const why = `to read the secret ${text(secret.Name)} of a task`;
  if (/^arn:[^:]+:secretsmanager:/.test(from)) {
    const resource = secretArn(from, account, region);
    return [{ by, action: 'secretsmanager:GetSecretValue', resource, why, source: SOURCE }];
  }
  const resource = from.startsWith('arn:')
    ? from
    : `arn:aws:ssm:${region}:${account}:parameter/${from.replace(/^\//, '')}`;
  return [{ by, action: 'ssm:GetParameters', resource, why, source: SOURCE }];
}
