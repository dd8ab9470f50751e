import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Layout } from '../../model/layout';
import { connect, type OperationName } from '../../operator/aws';
import { rehearsalConnection } from '../../operator/rehearsal-connection';
import { describeHistory } from '../../operator/history.describer';
import { percentile } from '../../operator/percentile';
import { historyShape } from '../../operator/history.shape';
import { describeStatus } from '../../operator/status.describer';
import { statusShape } from '../../operator/status.shape';
import { streamLog } from '../../operator/triage/build-log';
import { describeTriage } from '../../operator/triage/triage.describer';
import { triageShape } from '../../operator/triage/evidence/triage.shape';
import { ACCOUNT, recordRun, REGION } from '../../bench/recorded-run';
import { serve, type Served } from '../engine/api/served';

// Runs recorded as the engine records them, over HTTP, with the SDK's real clients.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-operator-'));
const layout = new Layout(root);
const home = { account: ACCOUNT, region: REGION };
const jestLog = (at: number): string =>
  at === 1
    ? `\u001b[31mFAIL\u001b[0m test/sum.test.js\n  ● sum › subtracts\n\n    expect(received).toBe(expected)\n\n\u001b]0;owned\u0007Tests:       1 failed, 1 total\n[Container] 2026-01-01 00:00:00.000 Command did not exit successfully npm test exit status 1\n`
    : 'fine\n';
let served: Served;
let passed: { executionId: string };
let failed: { executionId: string; buildIds: string[] };
let again: { executionId: string };

const aws = <Names extends OperationName>() =>
  connect<Names>(rehearsalConnection(home, served.url, served.credentials));

beforeAll(async () => {
  passed = recordRun(layout, { runId: '20260101-100000-aaaa', builds: 3, message: 'feat: it works' });
  failed = recordRun(layout, {
    runId: '20260101-110000-bbbb',
    builds: 3,
    fails: [1],
    log: jestLog,
    message: 'feat: it breaks',
  });
  again = recordRun(layout, {
    runId: '20260101-120000-cccc',
    builds: 3,
    fails: [1],
    log: jestLog,
    message: 'fix: not yet',
  });
  served = await serve(layout);
});
afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true, force: true });
});

test('triage names the action, the command, the cause, the failed case and since when', async () => {
  const triage = await describeTriage(aws(), {
    pipeline: 'recorded',
    home,
    commits: async (from, to) => [{ commit: to, author: 'Ada', message: `after ${from.slice(0, 4)}` }],
    reproduce: (action) => `again ${action}`,
  });
  expect(triageShape.parse(triage)).toEqual(triage);
  expect(triage.execution?.id).toBe(again.executionId);
  expect(triage.failure).toMatchObject({
    action: 'Verify/Test1',
    reproduce: 'again Verify/Test1',
    build: { project: 'project-1', phase: 'BUILD', command: 'npm test', exitCode: 1, status: 'FAILED' },
    cause: {
      recognizer: 'jest',
      summary: 'jest: “sum › subtracts” in test/sum.test.js failed: expect(received).toBe(expected)',
      known: { slug: 'test-failed', runbook: 'docs/runbook.md#known-test-failed' },
    },
    tests: [{ name: 'subtracts', message: '1 is not 2' }],
    unknown: [],
  });
  expect(triage.failure?.since).toMatchObject({
    lastPassed: { executionId: passed.executionId },
    firstFailed: { executionId: failed.executionId, revisions: [{ message: 'feat: it breaks' }] },
    commits: [{ author: 'Ada' }],
  });
});

test('no escape of a log reaches what is shown', async () => {
  const triage = await describeTriage(aws(), {
    pipeline: 'recorded',
    home,
    execution: failed.executionId.slice(0, 8),
    commits: async () => undefined,
    reproduce: () => '',
  });
  expect(triage.execution?.id).toBe(failed.executionId);
  expect(JSON.stringify(triage)).not.toMatch(/\\u001b|owned|\\u0007/);
  const lines: string[] = [];
  const address = { logGroupName: '', logStreamName: '' };
  const { builds } = await aws<'batchGetBuilds'>()().batchGetBuilds({ ids: [failed.buildIds[1] ?? ''] });
  Object.assign(address, {
    logGroupName: builds?.[0]?.logs?.groupName,
    logStreamName: builds?.[0]?.logs?.streamName,
  });
  for await (const page of streamLog(aws<'getLogEvents'>()(), address)) lines.push(...page.split('\n'));
  expect(lines).toContain('FAIL test/sum.test.js');
  expect(lines.join('\n')).not.toMatch(/\u001b|owned/);
});

test('status has the stages, the revisions with their author’s message, and the approval without its token', async () => {
  const status = await describeStatus(
    aws<'getPipeline' | 'getPipelineState' | 'listPipelineExecutions' | 'listActionExecutions'>()(),
    'recorded',
    new Date('2026-06-01T00:00:00Z'),
  );
  expect(statusShape.parse(status)).toEqual(status);
  expect(status.stages.map((stage) => [stage.name, stage.status])).toEqual([
    ['Source', 'Succeeded'],
    ['Verify', 'Failed'],
    ['Prod', 'InProgress'],
  ]);
  expect(status.approvals).toMatchObject([
    { stage: 'Prod', action: 'Approve', executionId: passed.executionId, message: 'Release?' },
  ]);
  expect(JSON.stringify(status)).not.toContain('token');
  expect(status.executions.map((one) => one.revisions[0]?.message)).toEqual(['fix: not yet', 'feat: it works']);
});

test('history counts failures by action, and takes no more executions than asked for', async () => {
  const history = await describeHistory(aws<'listPipelineExecutions' | 'listActionExecutions'>()(), 'recorded', 2);
  expect(historyShape.parse(history)).toEqual(history);
  expect(history.executions.map((one) => [one.id, one.status, one.failed])).toEqual([
    [again.executionId, 'Failed', 'Verify/Test1'],
    [failed.executionId, 'Failed', 'Verify/Test1'],
  ]);
  expect(history.actions.find((one) => one.action === 'Verify/Test1')).toMatchObject({
    runs: 2,
    failures: 2,
    failureRate: 1,
  });
  expect(history.actions.find((one) => one.action === 'Verify/Test0')).toMatchObject({ runs: 2, failures: 0 });
});

test('percentiles by nearest rank', () => {
  expect([percentile([5, 1, 4, 2, 3], 50), percentile([5, 1, 4, 2, 3], 90), percentile([7], 90)]).toEqual([3, 5, 7]);
});
