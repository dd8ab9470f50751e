import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { BatchGetBuildsOutput, DescribeTestCasesOutput } from '@aws-sdk/client-codebuild';
import type { FilterLogEventsResponse, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  type GetPipelineExecutionOutput,
  type GetPipelineStateOutput,
  type ListActionExecutionsOutput,
  type ListPipelineExecutionsOutput,
} from '@aws-sdk/client-codepipeline';
import execa from 'execa';
import type { ExecutionStatus } from '../../model/events';
import { prepareCommandLine, ServedRehearsal, SMALL_ACCOUNT, SMALL_REGION } from '../fixtures/served-rehearsal';
import { makeRepository, type SmallPipeline } from '../fixtures/small-pipeline';

// The AWS CLI, boto3 and the SDK walk a rehearsal as they walk AWS: they see it fail, read why, retry it, approve it.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-aws-clients-'));
const fixed = path.join(root, 'fixed');
const pipeline: SmallPipeline = {
  stages: {
    Verify: [
      {
        name: 'Test',
        commands: [
          'echo "the suite begins"',
          `test -f ${fixed} && STATE=ok || STATE=broken`,
          'mkdir -p out && if [ $STATE = ok ]; then F=""; else F="<failure message=\\"1 is not 2\\"/>"; fi; echo "<testsuite name=\\"sum\\"><testcase classname=\\"sum\\" name=\\"adds\\" time=\\"0.5\\">$F</testcase></testsuite>" > out/junit.xml',
          'test $STATE = ok || { echo "ERROR: 1 is not 2"; exit 3; }',
        ],
        buildspec: { reports: { jest: { files: ['out/junit.xml'], 'file-format': 'JUNITXML' } } },
      },
      { name: 'Lint', commands: ['echo linted'] },
    ],
    Prod: [
      { name: 'Promote', approval: true },
      { name: 'Deploy', runOrder: 2, commands: ['echo deployed'] },
    ],
  },
};
let served: ServedRehearsal;

// Each waits for what it is about: a served run ends anew after every change, so its end alone says nothing of which change it was.
const ended = (status: ExecutionStatus, executionId?: string) =>
  served.next(
    (event) =>
      event.kind === 'execution.ended' &&
      event.status === status &&
      (executionId === undefined || event.executionId === executionId),
  );
const stageEnded = (stage: string, executionId: string) =>
  served.next((event) => event.kind === 'stage.ended' && event.stage === stage && event.executionId === executionId);
const approvalRequested = () => served.next((event) => event.kind === 'approval.requested');

beforeAll(async () => {
  await prepareCommandLine();
  await makeRepository(path.join(root, 'shop'), { 'README.md': 'a shop\n' });
  served = await ServedRehearsal.start(path.join(root, 'place'), path.join(root, 'shop'), pipeline);
}, 300_000);

afterAll(async () => {
  await served.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 180_000);

test('the AWS CLI sees a failed stage, reads its log and its test cases, and retries it', async () => {
  await ended('Failed');
  const state = await served.aws<GetPipelineStateOutput>('codepipeline', 'get-pipeline-state', '--name', 'small');
  const [, verify, prod] = state.stageStates ?? [];
  expect(verify?.latestExecution?.status).toBe('Failed');
  expect(verify?.actionStates?.map((one) => one.latestExecution?.status)).toEqual(['Failed', 'Succeeded']);
  expect(prod?.latestExecution).toBeUndefined();
  const failed = verify?.actionStates?.[0]?.latestExecution;
  expect(failed?.errorDetails?.code).toBe('JobFailed');

  const ids = ['--ids', failed?.externalExecutionId ?? ''];
  const { builds } = await served.aws<BatchGetBuildsOutput>('codebuild', 'batch-get-builds', ...ids);
  const build = builds?.[0];
  expect(build).toMatchObject({
    buildStatus: 'FAILED',
    projectName: 'small-Verify-Test',
    buildComplete: true,
    environment: { image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL' },
  });
  const group = ['--log-group-name', build?.logs?.groupName ?? ''];
  const log = [...group, '--log-stream-name', build?.logs?.streamName ?? ''];
  const { events } = await served.aws<GetLogEventsResponse>('logs', 'get-log-events', ...log, '--start-from-head');
  expect(events?.map((one) => one.message)).toContain('the suite begins\n');
  const found = await served.aws<FilterLogEventsResponse>(
    'logs',
    'filter-log-events',
    ...group,
    '--filter-pattern',
    'ERROR',
  );
  expect(found.events?.map((one) => one.message)).toContain('ERROR: 1 is not 2\n');

  const cases = await served.aws<DescribeTestCasesOutput>(
    'codebuild',
    'describe-test-cases',
    '--report-arn',
    build?.reportArns?.[0] ?? '',
  );
  expect(cases.testCases).toMatchObject([{ name: 'adds', status: 'FAILED', durationInNanoSeconds: 500_000_000 }]);

  fs.writeFileSync(fixed, '');
  const id = verify?.latestExecution?.pipelineExecutionId ?? '';
  const stage = ['--pipeline-name', 'small', '--stage-name', 'Verify'];
  const retry = ['codepipeline', 'retry-stage-execution', ...stage, '--pipeline-execution-id', id];
  expect(await served.aws(...retry, '--retry-mode', 'FAILED_ACTIONS')).toEqual({ pipelineExecutionId: id });
  await approvalRequested();
  const details = await served.aws<ListActionExecutionsOutput>(
    ...['codepipeline', 'list-action-executions', '--pipeline-name', 'small'],
    ...['--filter', `pipelineExecutionId=${id}`],
  );
  // Both attempts of Test are there; Lint, which had passed, did not run again.
  const attempts = details.actionExecutionDetails?.map((one) => `${one.actionName} ${one.status}`) ?? [];
  expect(attempts.filter((one) => one.startsWith('Test'))).toEqual(['Test Succeeded', 'Test Failed']);
  expect(attempts.filter((one) => one.startsWith('Lint'))).toHaveLength(1);
}, 120_000);

test('boto3 approves what waits, with its token and no other', async () => {
  const answer = await served.boto3(`
import boto3, json
pipeline = boto3.client('codepipeline')
state = pipeline.get_pipeline_state(name='small')
prod = next(s for s in state['stageStates'] if s['stageName'] == 'Prod')
waits = prod['actionStates'][0]['latestExecution']
where = dict(pipelineName='small', stageName='Prod', actionName='Promote')
try:
    pipeline.put_approval_result(**where, token='00000000-0000-0000-0000-000000000000', result=dict(status='Approved', summary=''))
    stale = None
except pipeline.exceptions.InvalidApprovalTokenException as error:
    stale = error.response['Error']['Code']
given = pipeline.put_approval_result(**where, token=waits['token'], result=dict(status='Approved', summary='seen by boto3'))
try:
    pipeline.get_pipeline_state(name='another')
    missing = None
except pipeline.exceptions.PipelineNotFoundException as error:
    missing = error.response['Error']['Message']
print(json.dumps(dict(status=waits['status'], stale=stale, missing=missing, approvedAt=given['approvedAt'].isoformat(), updated=state['updated'].isoformat())))
`);
  expect(answer).toMatchObject({
    status: 'InProgress',
    stale: 'InvalidApprovalTokenException',
    missing: `Account '${SMALL_ACCOUNT}' does not have a pipeline with name 'another' in ${SMALL_REGION}`,
  });
  expect(Math.abs(Date.parse(answer.approvedAt ?? '') - Date.now())).toBeLessThan(120_000);
  await ended('Succeeded');
  const { pipelineExecutionSummaries } = await served.aws<ListPipelineExecutionsOutput>(
    ...['codepipeline', 'list-pipeline-executions', '--pipeline-name', 'small'],
  );
  expect(pipelineExecutionSummaries).toMatchObject([
    { status: 'Succeeded', executionMode: 'SUPERSEDED', trigger: { triggerType: 'StartPipelineExecution' } },
  ]);
}, 120_000);

test('a new execution is started by the CLI; a disabled transition holds it and shows why', async () => {
  const prod = ['--pipeline-name', 'small', '--stage-name', 'Prod', '--transition-type', 'Inbound'];
  await served.aws('codepipeline', 'disable-stage-transition', ...prod, '--reason', 'not on a Friday');
  const { pipelineExecutionId = '' } = await served.aws<{ pipelineExecutionId?: string }>(
    ...['codepipeline', 'start-pipeline-execution', '--name', 'small'],
  );
  await stageEnded('Verify', pipelineExecutionId);
  const sdk = new CodePipelineClient({
    endpoint: served.address.endpoint,
    region: SMALL_REGION,
    credentials: served.credentials,
  });
  const state = await sdk.send(new GetPipelineStateCommand({ name: 'small' }));
  const stage = state.stageStates?.find((one) => one.stageName === 'Prod');
  expect(stage?.inboundTransitionState).toMatchObject({ enabled: false, disabledReason: 'not on a Friday' });
  expect(stage?.inboundExecutions).toMatchObject([{ pipelineExecutionId, status: 'InProgress' }]);
  await served.aws('codepipeline', 'enable-stage-transition', ...prod);
  await approvalRequested();
  const stop = ['codepipeline', 'stop-pipeline-execution', '--pipeline-name', 'small', '--abandon'];
  await served.aws(...stop, '--pipeline-execution-id', pipelineExecutionId, '--reason', 'no');
  await ended('Stopped', pipelineExecutionId);
  const { pipelineExecution } = await served.aws<GetPipelineExecutionOutput>(
    ...['codepipeline', 'get-pipeline-execution', '--pipeline-name', 'small'],
    ...['--pipeline-execution-id', pipelineExecutionId],
  );
  expect(pipelineExecution?.status).toBe('Stopped');

  // Back to what passed Verify first: an execution of its own kind, with the target's revisions.
  const { pipelineExecutionSummaries } = await sdk.send(new ListPipelineExecutionsCommand({ pipelineName: 'small' }));
  const target = pipelineExecutionSummaries?.find((one) => one.status === 'Succeeded');
  const { pipelineExecutionId: rollback } = await served.aws<{ pipelineExecutionId?: string }>(
    ...['codepipeline', 'rollback-stage', '--pipeline-name', 'small', '--stage-name', 'Verify'],
    ...['--target-pipeline-execution-id', target?.pipelineExecutionId ?? ''],
  );
  await ended('Succeeded', rollback);
  const after = await sdk.send(new ListPipelineExecutionsCommand({ pipelineName: 'small' }));
  expect(after.pipelineExecutionSummaries?.[0]).toMatchObject({
    pipelineExecutionId: rollback,
    status: 'Succeeded',
    executionType: 'ROLLBACK',
    rollbackMetadata: { rollbackTargetPipelineExecutionId: target?.pipelineExecutionId },
    trigger: { triggerType: 'ManualRollback' },
    sourceRevisions: [{ revisionId: target?.sourceRevisions?.[0]?.revisionId }],
  });
  sdk.destroy();
}, 120_000);

test('what a rehearsal does not know of a service is said; what is not its own goes through to the endpoint behind', async () => {
  const refused = await served.aws('codepipeline', 'list-webhooks').catch((error: execa.ExecaError) => error.stderr);
  expect(refused).toContain('UnknownOperationException');
  expect(refused).toContain('not answered here: codepipeline:ListWebhooks');
  await served.aws('ssm', 'put-parameter', '--name', '/colour', '--type', 'String', '--value', 'red');
  const { Parameter } = await served.aws<{ Parameter: { Value: string } }>('ssm', 'get-parameter', '--name', '/colour');
  expect(Parameter.Value).toBe('red');
}, 180_000);
