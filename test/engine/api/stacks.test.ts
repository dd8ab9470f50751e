import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { EventLog } from '../../../engine/runs/event-log';
import { saveDigest } from '../../../engine/runs/runs';
import { readRun } from '../../../engine/runs/event-log';
import { Layout } from '../../../model/layout';
import { connect } from '../../../operator/aws';
import { rehearsalConnection } from '../../../operator/rehearsal-connection';
import { describeTriage } from '../../../operator/triage/triage.describer';
import { ACCOUNT, recordedPipeline, REGION, uuidOf } from '../../../bench/recorded-run';
import { serve, type Served } from './served';

// Stacks of runs that are over, by the SDK's own client and by triage: whose resource failed, in the run that is asked for.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-stacks-'));
const layout = new Layout(root);
const StackName = 'shop-dev';
let served: Served;
let client: CloudFormationClient;

/** A run whose one CloudFormation action failed, with the events of its stack. */
function recordFailedDeployment(runId: string, reason: string, resources = 1): void {
  const log = new EventLog(layout.events(runId));
  const executionId = uuidOf(runId);
  const key = { executionId, stage: 'Dev', action: 'Deploy', actionExecutionId: uuidOf(`${runId}/Deploy`) };
  const at = { account: ACCOUNT, region: REGION, environment: 'Dev', stackName: StackName };
  const definition = recordedPipeline(0);
  const configuration = { ActionMode: 'CREATE_UPDATE', StackName };
  const deploy = {
    name: 'Deploy',
    category: 'Deploy',
    provider: 'CloudFormation',
    owner: 'AWS',
    version: '1',
  } as const;
  log.emit({ kind: 'run.started', runId, version: '0', pipeline: 'recorded', assembly: '', options: {}, pid: 1 });
  log.emit({
    kind: 'pipeline.defined',
    definition: {
      ...definition,
      stages: [
        ...definition.stages.slice(0, 1),
        {
          name: 'Dev',
          actions: [{ ...deploy, region: REGION, runOrder: 1, configuration, inputArtifacts: [], outputArtifacts: [] }],
        },
      ],
    },
  });
  log.emit({ kind: 'execution.started', executionId, structureVersion: 'v1', trigger: { type: 'Manual' } });
  log.emit({ kind: 'stage.started', executionId, stage: 'Dev' });
  const { category, provider } = deploy;
  log.emit({ kind: 'action.started', ...key, category, provider, runOrder: 1, configuration, inputArtifacts: [] });
  log.emit({ kind: 'stack.status', ...at, status: 'UPDATE_IN_PROGRESS' });
  for (let made = 0; made < resources; made++)
    log.emit({
      kind: 'resource.status',
      ...at,
      logicalId: `Topic${made}`,
      type: 'AWS::SNS::Topic',
      status: 'CREATE_COMPLETE',
    });
  log.emit({
    kind: 'resource.status',
    ...at,
    logicalId: 'Database',
    type: 'AWS::RDS::DBInstance',
    status: 'UPDATE_FAILED',
    reason,
  });
  log.emit({ kind: 'stack.status', ...at, status: 'UPDATE_ROLLBACK_COMPLETE', reason });
  log.emit({ kind: 'action.ended', ...key, status: 'Failed', failure: { code: 'JobFailed', message: 'it failed' } });
  log.emit({ kind: 'stage.ended', executionId, stage: 'Dev', status: 'Failed' });
  log.emit({ kind: 'execution.ended', executionId, status: 'Failed' });
  log.emit({ kind: 'run.ended', verdict: 'failed', summary: 'Dev/Deploy failed', exitCode: 1 });
  log.close();
  saveDigest(layout, readRun(layout.events(runId)));
}

beforeAll(async () => {
  recordFailedDeployment('20260101-000001-aaaa', 'the disk is too small', 120);
  await new Promise((done) => setTimeout(done, 20));
  recordFailedDeployment('20260101-000002-bbbb', 'the engine is unknown');
  served = await serve(layout);
  client = new CloudFormationClient({
    endpoint: served.url,
    region: REGION,
    credentials: served.credentials(ACCOUNT),
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await served.close();
  fs.rmSync(root, { recursive: true });
});

test('a stack’s events are those of every run, the newest first, by pages', async () => {
  const events: StackEvent[] = [];
  let pages = 0;
  for await (const page of paginateDescribeStackEvents({ client }, { StackName })) {
    pages++;
    events.push(...(page.StackEvents ?? []));
  }
  expect(pages).toBe(2);
  expect(events).toHaveLength(4 + 123);
  expect(new Set(events.map((one) => one.EventId)).size).toBe(events.length);
  expect(events[1]).toMatchObject({
    LogicalResourceId: 'Database',
    ResourceStatus: 'UPDATE_FAILED',
    ResourceStatusReason: 'the engine is unknown',
    Timestamp: expect.any(Date),
  });
});

test('triage of a run that is over names the resource that failed in it, not in a later one', async () => {
  const connection = rehearsalConnection({ account: ACCOUNT, region: REGION }, served.url, served.credentials);
  const triageOf = (run: string) =>
    describeTriage(connect(connection), {
      pipeline: 'recorded',
      home: { account: ACCOUNT, region: REGION },
      commits: async () => undefined,
      reproduce: () => '',
      execution: uuidOf(run),
    });
  const { failure } = await triageOf('20260101-000001-aaaa');
  expect(failure?.events.map((one) => `${one.subject} ${one.status}: ${one.reason}`)).toEqual([
    'shop-dev/Database UPDATE_FAILED: the disk is too small',
  ]);
  expect(failure?.unknown).toEqual([]);
  const later = await triageOf('20260101-000002-bbbb');
  expect(later.failure?.cause.summary).toContain('the engine is unknown');
});

test('a stack that nobody knows, a token of nobody’s and a change are refused as CloudFormation refuses', async () => {
  const refusal = async (work: Promise<unknown>) => work.catch((error: Error) => `${error.name}: ${error.message}`);
  expect(await refusal(client.send(new DescribeStackEventsCommand({ StackName: 'none' })))).toBe(
    'ValidationError: Stack with id none does not exist',
  );
  expect(await refusal(client.send(new DescribeStacksCommand({ StackName: 'none' })))).toContain('ValidationError');
  expect(await refusal(client.send(new DescribeStackEventsCommand({ StackName, NextToken: 'guess' })))).toContain(
    'ValidationError',
  );
  expect(await refusal(client.send(new CreateStackCommand({ StackName: 'new', TemplateBody: '{}' })))).toContain(
    'no rehearsal runs here',
  );
  const elsewhere = new CloudFormationClient({
    endpoint: served.url,
    region: 'us-east-1',
    credentials: served.credentials(ACCOUNT),
    maxAttempts: 1,
  });
  expect(await refusal(elsewhere.send(new DescribeStackEventsCommand({ StackName })))).toContain('does not exist');
  elsewhere.destroy();
});
