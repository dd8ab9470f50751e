import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  EstimateTemplateCostCommand,
  DetectStackDriftCommand,
  ListTypesCommand,
  CreateStackRefactorCommand,
  ListStackSetsCommand,
  CreateGeneratedTemplateCommand,
  ListExportsCommand,
  ListImportsCommand,
  RollbackStackCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudFormation } from '../../engine/cloudformation/cloudformation';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { CloudFormationApi } from '../../engine/api/cloudformation/query-api';
import { Credentials } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { Layout } from '../../model/layout';
import type { StackEvent } from '../../model/run-state';

// The SDK's own client against the rehearsal's CloudFormation: what `cdk deploy` and the AWS CLI send and read.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-cloudformation-'));
const layout = new Layout(root);
const ledger = new DiskLedger(layout);
const said: StackEvent[] = [];
const api = new CloudFormationApi({
  cloudFormation: new CloudFormation({
    layout,
    ledger,
    provisioners: new Map(),
    local: {
      parameter: async (_account, _region, name) => {
        if (name !== '/cdk-bootstrap/x/version') throw new Error(`there is no ${name}`);
        return '30';
      },
      secret: () => Promise.reject(new Error('there is no secret')),
    },
  }),
  emit: (event) => {
    if (event.kind !== 'stack.status' && event.kind !== 'resource.status') return;
    said.push({ v: 1, sequence: said.length, time: new Date().toISOString(), ...event });
  },
  events: ({ stackName }) =>
    [...said]
      .reverse()
      .filter((event) => event.stackName === stackName)
      .map((event) => [`${event.sequence}`, event] as const),
  readTemplate: async () => '',
});
const credentials = new Credentials();
const gateway = new AwsGateway({
  credentials,
  upstream: () => ({ address: { host: '127.0.0.1', port: 1 } }),
  handlers: new Map([['cloudformation', (one) => api.handle(one)]]),
});
let client: CloudFormationClient;
beforeAll(async () => {
  client = new CloudFormationClient({
    endpoint: await gateway.listen(),
    region: 'eu-west-1',
    credentials: credentials.person('111111111111'),
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await gateway.close();
  fs.rmSync(root, { recursive: true });
});

const StackName = 'Stack';
const wait = { minDelay: 1, maxDelay: 1, maxWaitTime: 20 };
const template = (name: string): string =>
  JSON.stringify({
    Parameters: {
      Text: { Type: 'String', Default: 'a' },
      Version: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/x/version' },
      Secret: { Type: 'String', Default: 'hunter2', NoEcho: true },
    },
    Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name, DisplayName: { Ref: 'Text' } } } },
    Outputs: { Arn: { Value: { Ref: 'Topic' }, Export: { Name: 'topic' } } },
  });

test('a stack is created by a change set, updated with its previous values, protected and deleted', async () => {
  const ChangeSetName = 'first';
  await client.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName,
      ChangeSetType: 'CREATE',
      TemplateBody: template('news'),
      Parameters: [{ ParameterKey: 'Text', ParameterValue: 'given' }],
      Tags: [{ Key: 'team', Value: 'one' }],
    }),
  );
  const made = await client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
  expect(made).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
  expect(made.Changes?.[0]?.ResourceChange).toMatchObject({ Action: 'Add', LogicalResourceId: 'Topic' });
  await client.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
  await waitUntilStackCreateComplete({ client, ...wait }, { StackName });
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  expect(stack?.Outputs).toEqual([
    { OutputKey: 'Arn', OutputValue: 'arn:aws:sns:eu-west-1:111111111111:news', ExportName: 'topic' },
  ]);
  expect(stack?.Parameters).toContainEqual({ ParameterKey: 'Secret', ParameterValue: '****' });
  expect((await client.send(new ListExportsCommand({}))).Exports).toMatchObject([{ Name: 'topic' }]);
  expect((await client.send(new ListStackResourcesCommand({ StackName }))).StackResourceSummaries).toMatchObject([
    { LogicalResourceId: 'Topic', PhysicalResourceId: 'arn:aws:sns:eu-west-1:111111111111:news' },
  ]);
  const { StackEvents: events = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  expect(events[0]).toMatchObject({ LogicalResourceId: 'Stack', ResourceStatus: 'CREATE_COMPLETE' });

  const again = { StackName, Tags: [{ Key: 'team', Value: 'one' }] };
  // One that is read from the parameter store is taken over by its name there, not by its value.
  const previous = ['Text', 'Version'].map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true }));
  await expect(
    client.send(new UpdateStackCommand({ ...again, UsePreviousTemplate: true, Parameters: previous })),
  ).rejects.toThrow('No updates are to be performed.');
  await client.send(new UpdateStackCommand({ ...again, TemplateBody: template('other'), Parameters: previous }));
  await waitUntilStackUpdateComplete({ client, ...wait }, { StackName });
  expect(ledger.get('111111111111', 'eu-west-1', StackName)?.resources.Topic?.properties).toEqual({
    TopicName: 'other',
    DisplayName: 'given',
  });

  await client.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: true }));
  await expect(client.send(new DeleteStackCommand({ StackName }))).rejects.toThrow(/TerminationProtection is enabled/);
  await client.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }));
  await client.send(new DeleteStackCommand({ StackName }));
  await waitUntilStackDeleteComplete({ client, ...wait }, { StackName });
  await expect(client.send(new DescribeStacksCommand({ StackName }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Stack does not exist',
  });
}, 180_000);

test('what AWS refuses is refused with its error, and a change set without changes says so', async () => {
  const role = JSON.stringify({
    Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } } },
  });
  await expect(client.send(new CreateStackCommand({ StackName: 'Iam', TemplateBody: role }))).rejects.toMatchObject({
    name: 'InsufficientCapabilitiesException',
  });
  await client.send(new CreateStackCommand({ StackName: 'Same', TemplateBody: template('same') }));
  await waitUntilStackCreateComplete({ client, ...wait }, { StackName: 'Same' });
  await expect(
    client.send(new CreateStackCommand({ StackName: 'Same', TemplateBody: template('same') })),
  ).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  const set = { StackName: 'Same', ChangeSetName: 'none' };
  await client.send(new CreateChangeSetCommand({ ...set, TemplateBody: template('same') }));
  expect(await client.send(new DescribeChangeSetCommand(set))).toMatchObject({
    Status: 'FAILED',
    StatusReason: expect.stringContaining("didn't contain changes"),
  });
  await expect(client.send(new ExecuteChangeSetCommand(set))).rejects.toMatchObject({
    name: 'InvalidChangeSetStatusException',
  });
  const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody: template('x') }));
  expect(summary.Parameters?.map((one) => one.ParameterKey)).toEqual(['Text', 'Version', 'Secret']);
}, 180_000);

test('a change set is named by its ARN alone, and resources by the physical id of one', async () => {
  const { Id: ChangeSetName } = await client.send(
    new CreateChangeSetCommand({
      StackName: 'ByArn',
      ChangeSetName: 'by-arn',
      ChangeSetType: 'CREATE',
      TemplateBody: template('by-arn').replace('"topic"', '"by-arn"'),
    }),
  );
  expect(await client.send(new DescribeChangeSetCommand({ ChangeSetName }))).toMatchObject({ StackName: 'ByArn' });
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName }));
  await waitUntilStackCreateComplete({ client, ...wait }, { StackName: 'ByArn' });
  const PhysicalResourceId = 'arn:aws:sns:eu-west-1:111111111111:by-arn';
  const { StackResources } = await client.send(new DescribeStackResourcesCommand({ PhysicalResourceId }));
  expect(StackResources).toMatchObject([{ StackName: 'ByArn', LogicalResourceId: 'Topic' }]);
  await expect(client.send(new DescribeStackResourcesCommand({ PhysicalResourceId: 'x' }))).rejects.toThrow(
    'Stack for x does not exist',
  );
  await expect(client.send(new DescribeChangeSetCommand({ ChangeSetName: 'by-arn' }))).rejects.toThrow(
    'StackName must be specified if ChangeSetName is not specified as an ARN.',
  );
  await expect(client.send(new ListImportsCommand({ ExportName: 'by-arn' }))).rejects.toThrow(
    "Export 'by-arn' is not imported by any stack.",
  );
}, 180_000);

test('an import is not made anew, and what is not answered is said in AWS’s form', async () => {
  const StackName = 'Imported';
  await expect(
    client.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName: 'import',
        ChangeSetType: 'IMPORT',
        TemplateBody: template('imported'),
        ResourcesToImport: [
          { ResourceType: 'AWS::SNS::Topic', LogicalResourceId: 'Topic', ResourceIdentifier: { TopicArn: 'a' } },
        ],
      }),
    ),
  ).rejects.toThrow('not answered here: cloudformation:CreateChangeSet with ChangeSetType IMPORT');
  await expect(client.send(new DescribeStacksCommand({ StackName }))).rejects.toThrow('does not exist');
  const others = [
    new DetectStackDriftCommand({ StackName }),
    new EstimateTemplateCostCommand({ TemplateBody: '{}' }),
    new ListTypesCommand({}),
    new CreateStackRefactorCommand({ StackDefinitions: [{ StackName, TemplateBody: '{}' }] }),
    new ListStackSetsCommand({}),
    new CreateGeneratedTemplateCommand({ GeneratedTemplateName: 'one' }),
  ];
  for (const command of others)
    await expect(client.send(command as never)).rejects.toThrow(/^not answered here: cloudformation:\w+\. /);
}, 180_000);

// API Reference, CreateChangeSet: "a stack with a unique stack ID, but no template or resources". Newer CDK CLIs read its template before they execute.
test('a stack that is only reviewed is there, without a template and without resources, and goes with its change set', async () => {
  const set = { StackName: 'Reviewed', ChangeSetName: 'first' };
  const TemplateBody = template('reviewed');
  await expect(client.send(new CreateChangeSetCommand({ ...set, TemplateBody }))).rejects.toThrow(
    'Stack [Reviewed] does not exist',
  );
  await client.send(new CreateChangeSetCommand({ ...set, ChangeSetType: 'CREATE', TemplateBody }));
  const { StackName: name } = set;
  expect((await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks).toMatchObject([
    { StackStatus: 'REVIEW_IN_PROGRESS' },
  ]);
  const { TemplateBody: body = '' } = await client.send(
    new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
  );
  expect(body).toBe('');
  expect((await client.send(new GetStackPolicyCommand({ StackName: name }))).StackPolicyBody).toBeUndefined();
  expect((await client.send(new DescribeStackResourcesCommand({ StackName: name }))).StackResources ?? []).toEqual([]);
  expect((await client.send(new ListStackResourcesCommand({ StackName: name }))).StackResourceSummaries ?? []).toEqual(
    [],
  );
  const listed = await client.send(new ListStacksCommand({ StackStatusFilter: ['REVIEW_IN_PROGRESS'] }));
  expect(listed.StackSummaries?.map((one) => one.StackName)).toEqual(['Reviewed']);
  await expect(
    client.send(new CreateChangeSetCommand({ ...set, ChangeSetType: 'CREATE', TemplateBody })),
  ).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  await client.send(new DeleteStackCommand({ StackName: name }));
  await expect(client.send(new DescribeStacksCommand({ StackName: name }))).rejects.toThrow('does not exist');
});

// CloudFormation User Guide, "Validate stack deployments": resource name conflict detection, mode FAIL.
test('a change set whose names are taken fails before it can be executed, and DescribeEvents says which', async () => {
  const set = { StackName: 'Second', ChangeSetName: 'first' };
  const unnamed = JSON.stringify({ ...JSON.parse(template('same')), Outputs: undefined });
  await client.send(new CreateChangeSetCommand({ ...set, ChangeSetType: 'CREATE', TemplateBody: unnamed }));
  expect(await client.send(new DescribeChangeSetCommand(set))).toMatchObject({
    Status: 'FAILED',
    StatusReason: expect.stringContaining('[AWS::EarlyValidation::ResourceExistenceCheck]'),
    ExecutionStatus: 'UNAVAILABLE',
  });
  const { OperationEvents } = await client.send(new DescribeEventsCommand({ ...set, Filters: { FailedEvents: true } }));
  expect(OperationEvents).toMatchObject([
    {
      ValidationName: 'NAME_CONFLICT_VALIDATION',
      ValidationStatusReason:
        "Resource of type 'AWS::SNS::Topic' with identifier 'arn:aws:sns:eu-west-1:111111111111:same' already exists.",
      LogicalResourceId: 'Topic',
    },
  ]);
  await expect(client.send(new ExecuteChangeSetCommand(set))).rejects.toMatchObject({
    name: 'InvalidChangeSetStatusException',
  });
}, 180_000);

// CloudFormation User Guide, "Choose how to handle failures when provisioning resources"; `cdk deploy --no-rollback` sends DisableRollback.
describe('a deployment that fails', () => {
  const topics = (names: Record<string, string>): string =>
    JSON.stringify({
      Resources: Object.fromEntries(
        Object.entries(names).map(([id, TopicName], index, all) => [
          id,
          {
            Type: 'AWS::SNS::Topic',
            Properties: { TopicName },
            ...(index > 0 ? { DependsOn: all[index - 1]?.[0] } : {}),
          },
        ]),
      ),
    });
  const statusOf = async (stack: string): Promise<string | undefined> =>
    (await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks?.[0]?.StackStatus;
  const settled = async (stack: string): Promise<string | undefined> => {
    for (;;) {
      const status = await statusOf(stack).catch(() => 'GONE');
      if (!status?.endsWith('IN_PROGRESS')) return status;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const resourcesOf = async (stack: string): Promise<readonly (string | undefined)[]> =>
    ((await client.send(new ListStackResourcesCommand({ StackName: stack }))).StackResourceSummaries ?? []).map(
      (one) => one.LogicalResourceId,
    );
  beforeAll(async () => {
    await client.send(new CreateStackCommand({ StackName: 'Holder', TemplateBody: topics({ Held: 'held' }) }));
    await waitUntilStackCreateComplete({ client, ...wait }, { StackName: 'Holder' });
  }, 180_000);

  test('is not rolled back with DisableRollback, takes another try, and goes back with RollbackStack', async () => {
    const stack = { StackName: 'Kept', DisableRollback: true };
    await client.send(new CreateStackCommand({ ...stack, TemplateBody: topics({ One: 'kept-one', Two: 'held' }) }));
    expect(await settled('Kept')).toBe('CREATE_FAILED');
    expect(await resourcesOf('Kept')).toEqual(['One']);
    const mended = { StackName: 'Kept', TemplateBody: topics({ One: 'kept-one', Two: 'kept-two' }) };
    await expect(client.send(new UpdateStackCommand(mended))).rejects.toThrow(
      'currently in a non-terminal [CREATE_FAILED] state. To update the stack from this state, please use the disable-rollback parameter',
    );
    await client.send(new UpdateStackCommand({ ...mended, DisableRollback: true }));
    expect(await settled('Kept')).toBe('UPDATE_COMPLETE');
    expect(await resourcesOf('Kept')).toEqual(['One', 'Two']);

    const more = topics({ One: 'kept-one', Two: 'kept-two', Three: 'kept-three', Four: 'held' });
    await client.send(new UpdateStackCommand({ ...stack, TemplateBody: more }));
    expect(await settled('Kept')).toBe('UPDATE_FAILED');
    expect(await resourcesOf('Kept')).toEqual(['One', 'Two', 'Three']);
    const renamed = topics({ One: 'kept-renamed', Two: 'kept-two', Three: 'kept-three' });
    await client.send(new UpdateStackCommand({ ...stack, TemplateBody: renamed }));
    expect(await settled('Kept')).toBe('UPDATE_FAILED');
    expect(
      said.find((event) => 'reason' in event && /Replacement type updates not supported/.test(event.reason ?? '')),
    ).toBeDefined();
    await client.send(new RollbackStackCommand({ StackName: 'Kept' }));
    expect(await settled('Kept')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await resourcesOf('Kept')).toEqual(['One', 'Two']);
    await expect(client.send(new RollbackStackCommand({ StackName: 'Kept' }))).rejects.toThrow(
      'can not be rolled back',
    );
  }, 180_000);

  test('by a change set: DO_NOTHING keeps, RollbackStack of a creation leaves nothing, DELETE deletes', async () => {
    const TemplateBody = topics({ First: 'set-first', Second: 'set-second' });
    const set = { StackName: 'Set', ChangeSetName: 'one', ChangeSetType: 'CREATE', TemplateBody } as const;
    await client.send(
      new CreateChangeSetCommand({ ...set, OnStackFailure: 'DO_NOTHING', ImportExistingResources: true }),
    );
    // Another stack takes the name before the change set is executed.
    await client.send(new CreateStackCommand({ StackName: 'Rival', TemplateBody: topics({ Topic: 'set-second' }) }));
    await waitUntilStackCreateComplete({ client, ...wait }, { StackName: 'Rival' });
    const named = { StackName: 'Set', ChangeSetName: 'one' };
    await expect(client.send(new ExecuteChangeSetCommand({ ...named, DisableRollback: true }))).rejects.toThrow(
      'but not both',
    );
    await client.send(new ExecuteChangeSetCommand(named));
    expect(await settled('Set')).toBe('CREATE_FAILED');
    expect(await resourcesOf('Set')).toEqual(['First']);
    await client.send(new RollbackStackCommand({ StackName: 'Set' }));
    expect(await settled('Set')).toBe('ROLLBACK_COMPLETE');
    expect(await resourcesOf('Set')).toEqual([]);

    await client.send(
      new CreateStackCommand({
        StackName: 'Gone',
        OnFailure: 'DELETE',
        TemplateBody: topics({ A: 'a-gone', B: 'held' }),
      }),
    );
    expect(await settled('Gone')).toBe('GONE');
    await expect(
      client.send(
        new CreateStackCommand({ StackName: 'Both', OnFailure: 'DELETE', DisableRollback: true, TemplateBody }),
      ),
    ).rejects.toThrow('You can specify either DisableRollback or OnFailure, but not both.');
  }, 180_000);
});
