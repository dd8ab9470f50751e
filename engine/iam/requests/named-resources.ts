import { list, object, text, type Json } from '../account/json';
import { secretArn } from '../calls/codebuild-calls';

/** Where a request stands, and its parameters as the protocol gave them. */
export interface Parameters {
  readonly account: string;
  readonly region: string;
  readonly operation: string;
  readonly values: Json;
}

/** The resources that a request names; `*` where its action knows none; undefined: they cannot be read from it. */
type Resources = (parameters: Parameters) => readonly string[] | undefined;

/**
 * How the resources of an action are read from a request, by service (Service Authorization Reference: the resource types of each action). What is not
 * here is asked for on `*` where AWS says that the action takes no resource, and is not known otherwise.
 */
export const namedResources: Readonly<Record<string, Resources>> = {
  ssm: ({ values, ...at }) => {
    const names = [values.Name, values.Names, values.Path].flatMap(list).map(text).filter(Boolean);
    return names.length === 0
      ? undefined
      : names.map((name) => arnOf('ssm', at, `parameter/${name.replace(/^\//, '')}`, name));
  },
  secretsmanager: ({ values, account, region }) => {
    const names = [values.SecretId, values.Name].flatMap(list).map(text).filter(Boolean);
    return names.length === 0 ? undefined : names.map((name) => secretArn(name, account, region));
  },
  kms: ({ values, ...at }) => {
    const key = text(values.KeyId);
    if (key === '') return undefined;
    return [arnOf('kms', at, key.startsWith('alias/') ? key : `key/${key}`, key)];
  },
  ecr: ({ values, account, region }) => {
    const owner = text(values.registryId) || account;
    const names = [values.repositoryName, values.repositoryNames].flatMap(list).map(text).filter(Boolean);
    return names.length === 0 ? undefined : names.map((name) => `arn:aws:ecr:${region}:${owner}:repository/${name}`);
  },
  logs: ({ values, ...at }) => {
    const group = text(values.logGroupName) || text(values.logGroupIdentifier) || text(values.logGroupNamePrefix);
    if (group === '') return undefined;
    const name = group.startsWith('arn:') ? (group.split(':log-group:')[1]?.replace(/:\*$/, '') ?? '') : group;
    // CloudWatch Logs asks for a group as for its streams: `log-group:NAME:log-stream:STREAM`.
    return [arnOf('logs', at, `log-group:${name}:log-stream:${text(values.logStreamName)}`)];
  },
  sns: ({ values, ...at }) => {
    const topic = text(values.TopicArn) || text(values.TargetArn);
    if (topic !== '') return [topic];
    return at.operation === 'CreateTopic' && text(values.Name) ? [arnOf('sns', at, text(values.Name))] : undefined;
  },
  sqs: ({ values, ...at }) => {
    const name = text(values.QueueUrl).split('/').at(-1) || text(values.QueueName);
    return name === '' ? undefined : [arnOf('sqs', at, name)];
  },
  dynamodb: ({ values, ...at }) => {
    const tables = [text(values.TableName), ...Object.keys(object(values.RequestItems))].filter(Boolean);
    const index = text(values.IndexName);
    return tables.length === 0
      ? undefined
      : tables.map((name) => arnOf('dynamodb', at, `table/${name}${index ? `/index/${index}` : ''}`, name));
  },
  events: ({ values, ...at }) => {
    if (at.operation === 'PutEvents')
      return list(values.Entries).map((one) => {
        const bus = text(object(one).EventBusName) || 'default';
        return arnOf('events', at, `event-bus/${bus}`, bus);
      });
    const rule = text(values.Rule) || text(values.Name);
    return rule === '' ? undefined : [arnOf('events', at, `rule/${rule}`)];
  },
  cloudformation: ({ values, ...at }) => {
    const name = text(values.StackName);
    if (name !== '') return [arnOf('cloudformation', at, `stack/${name}/*`, name)];
    const changeSet = text(values.ChangeSetName);
    return changeSet.startsWith('arn:') ? [changeSet] : ['*'];
  },
  codebuild: ({ values, ...at }) => {
    const names = [values.projectName, values.names, values.name, values.ids, values.id]
      .flatMap(list)
      .map((one) => text(one).split(':')[0] ?? '')
      .filter(Boolean);
    return names.length === 0 ? undefined : names.map((name) => arnOf('codebuild', at, `project/${name}`));
  },
  codepipeline: ({ values, ...at }) => {
    const name = text(values.pipelineName) || text(values.name);
    return name === '' ? undefined : [arnOf('codepipeline', at, name)];
  },
  rds: ({ values, ...at }) => {
    const kinds = { DBInstanceIdentifier: 'db', DBClusterIdentifier: 'cluster', DBSnapshotIdentifier: 'snapshot' };
    const named = Object.entries(kinds).flatMap(([key, kind]) => {
      const name = text(values[key]);
      return name === '' ? [] : [arnOf('rds', at, `${kind}:${name}`, name)];
    });
    return named.length === 0 ? undefined : named;
  },
  states: ({ values }) => (text(values.stateMachineArn) ? [text(values.stateMachineArn)] : undefined),
  ecs: ({ values, ...at }) => {
    const cluster = (text(values.cluster) || 'default').split('/').at(-1) ?? '';
    const services = [values.service, values.services].flatMap(list).map(text).filter(Boolean);
    if (services.length > 0)
      return services.map((one) => arnOf('ecs', at, `service/${cluster}/${one.split('/').at(-1) ?? ''}`));
    const definition = text(values.taskDefinition) || text(values.family);
    if (/^RunTask|^DescribeTaskDefinition|^DeregisterTaskDefinition/.test(at.operation) && definition !== '')
      return at.operation === 'RunTask'
        ? [arnOf('ecs', at, `task-definition/${definition.includes(':') ? definition : `${definition}:1`}`, definition)]
        : ['*'];
    return undefined;
  },
  iam: ({ values, account }) => {
    const role = text(values.RoleName);
    return role === '' ? undefined : [`arn:aws:iam::${account}:role/${role}`];
  },
  sts: ({ values }) => (text(values.RoleArn) ? [text(values.RoleArn)] : undefined),
};

function arnOf(service: string, { account, region }: Omit<Parameters, 'values'>, name: string, given = ''): string {
  return given.startsWith('arn:') ? given : `arn:aws:${service}:${region}:${account}:${name}`;
}
