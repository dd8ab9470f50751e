import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  BatchGetReportsCommand,
  DescribeTestCasesCommand,
  ListBuildsForProjectCommand,
} from '@aws-sdk/client-codebuild';
import {
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
  paginateListActionExecutions,
  paginateListPipelineExecutions,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline';
import { DiskLedger } from '../../../engine/cloudformation/ledger';
import { Layout } from '../../../model/layout';
import { ACCOUNT, recordRun, REGION, uuidOf } from '../../../bench/recorded-run';
import { serve, type Served } from './served';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-api-'));
const layout = new Layout(root);
let served: Served;

beforeAll(async () => {
  recordRun(layout, { runId: '20260101-000001-aaaa', builds: 3, fails: [0], structureVersion: 'v1' });
  recordRun(layout, { runId: '20260101-000002-bbbb', builds: 3, structureVersion: 'v2' });
  recordRun(layout, { runId: '20260101-000003-cccc', builds: 3, fails: [1], structureVersion: 'v2' });
  new DiskLedger(layout).put({
    stackName: 'Recorded',
    stackId: 'Recorded',
    account: ACCOUNT,
    region: REGION,
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: {},
    tags: {},
    outputs: {},
    updatedAt: '2026-01-01T00:00:00.000Z',
    resources: {
      Project2: {
        logicalId: 'Project2',
        type: 'AWS::CodeBuild::Project',
        physicalId: 'project-2',
        attributes: {},
        standing: 'recorded',
        properties: {
          ServiceRole: 'arn:aws:iam::111111111111:role/build',
          TimeoutInMinutes: 20,
          Environment: {
            Type: 'ARM_LAMBDA_CONTAINER',
            ComputeType: 'BUILD_LAMBDA_2GB',
            Image: 'aws/codebuild/amazonlinux-aarch64-lambda-standard:nodejs22',
            EnvironmentVariables: [{ Name: 'KEY', Value: 'saiondo/key', Type: 'SECRETS_MANAGER' }],
          },
          LogsConfig: { CloudWatchLogs: { Status: 'ENABLED', GroupName: '/shop/verify', StreamName: 'third' } },
        },
      },
    },
  });
  served = await serve(layout);
});

afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true });
});

const [first, second, third] = ['aaaa', 'bbbb', 'cccc'].map((id, at) => uuidOf(`20260101-00000${at + 1}-${id}`)) as [
  string,
  string,
  string,
];

test('a stage shows the execution that was in it last, an action its latest execution, over all runs', async () => {
  const state = await served.pipelines.send(new GetPipelineStateCommand({ name: 'recorded' }));
  expect(state.pipelineVersion).toBe(2);
  const [source, verify, prod] = state.stageStates ?? [];
  expect(source?.latestExecution).toMatchObject({ pipelineExecutionId: third, status: 'Succeeded', type: 'STANDARD' });
  expect(source?.actionStates?.[0]?.currentRevision?.revisionId).toMatch(/^[0-9a-f]{40}$/);
  expect(verify?.latestExecution).toMatchObject({ pipelineExecutionId: third, status: 'Failed' });
  expect(verify?.actionStates?.map((one) => one.latestExecution?.status)).toEqual(['Succeeded', 'Failed', 'Succeeded']);
  expect(verify?.actionStates?.[1]?.latestExecution).toMatchObject({
    externalExecutionId: `project-1:${uuidOf('20260101-000003-cccc/build/1')}`,
    errorDetails: { code: 'JobFailed', message: 'npm test: exit status 1' },
    logStreamARN: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/codebuild/project-1:log-stream:${uuidOf('20260101-000003-cccc/build/1')}`,
  });
  // Prod was reached by the second execution only: it still waits there.
  expect(prod?.latestExecution).toMatchObject({ pipelineExecutionId: second, status: 'InProgress' });
  expect(prod?.actionStates?.[0]?.latestExecution).toMatchObject({
    status: 'InProgress',
    token: uuidOf('20260101-000002-bbbb/token'),
    summary: 'Release?',
  });
  expect(prod?.inboundTransitionState).toEqual({ enabled: true });
});

test('executions are listed from the newest, page by page, and by the stage in which they succeeded', async () => {
  const seen: (string | undefined)[] = [];
  let pages = 0;
  for await (const page of paginateListPipelineExecutions(
    { client: served.pipelines, pageSize: 2 },
    { pipelineName: 'recorded' },
  )) {
    pages++;
    seen.push(...(page.pipelineExecutionSummaries ?? []).map((one) => one.pipelineExecutionId));
  }
  expect(seen).toEqual([third, second, first]);
  expect(pages).toBe(2);
  const succeeded = await served.pipelines.send(
    new ListPipelineExecutionsCommand({
      pipelineName: 'recorded',
      filter: { succeededInStage: { stageName: 'Verify' } },
    }),
  );
  expect(succeeded.pipelineExecutionSummaries).toMatchObject([
    {
      pipelineExecutionId: second,
      status: 'InProgress',
      trigger: { triggerType: 'StartPipelineExecution' },
      executionMode: 'SUPERSEDED',
      executionType: 'STANDARD',
      sourceRevisions: [
        {
          actionName: 'App',
          revisionSummary: JSON.stringify({ ProviderType: 'GitHub', CommitMessage: 'feat: 20260101-000002-bbbb' }),
        },
      ],
    },
  ]);
  expect(succeeded.pipelineExecutionSummaries?.[0]?.startTime).toBeInstanceOf(Date);
});

test('action executions come with configuration, variables and errors, of one execution or of all', async () => {
  const one = await served.pipelines.send(
    new ListActionExecutionsCommand({ pipelineName: 'recorded', filter: { pipelineExecutionId: first } }),
  );
  expect(one.actionExecutionDetails?.map((detail) => `${detail.stageName}/${detail.actionName}`)).toEqual([
    'Verify/Test2',
    'Verify/Test1',
    'Verify/Test0',
    'Source/App',
  ]);
  expect(one.actionExecutionDetails?.at(2)).toMatchObject({
    pipelineVersion: 1,
    status: 'Failed',
    input: {
      actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
      resolvedConfiguration: { ProjectName: 'project-0' },
      inputArtifacts: [{ name: 'App_Source' }],
    },
    output: { executionResult: { errorDetails: { code: 'JobFailed' } } },
  });
  const all: string[] = [];
  for await (const page of paginateListActionExecutions(
    { client: served.pipelines, pageSize: 3 },
    { pipelineName: 'recorded' },
  ))
    all.push(...(page.actionExecutionDetails ?? []).map((detail) => detail.actionExecutionId ?? ''));
  expect(all).toHaveLength(4 + 5 + 4);
  expect(new Set(all).size).toBe(all.length);
});

test('the pipeline, its versions and one execution', async () => {
  const { pipelines } = await served.pipelines.send(new ListPipelinesCommand({}));
  expect(pipelines).toMatchObject([{ name: 'recorded', version: 2, pipelineType: 'V2', executionMode: 'SUPERSEDED' }]);
  const { pipeline, metadata } = await served.pipelines.send(new GetPipelineCommand({ name: 'recorded' }));
  expect(metadata?.pipelineArn).toBe(`arn:aws:codepipeline:${REGION}:${ACCOUNT}:recorded`);
  expect(pipeline?.stages?.map((stage) => stage.name)).toEqual(['Source', 'Verify', 'Prod']);
  const { pipelineExecution } = await served.pipelines.send(
    new GetPipelineExecutionCommand({ pipelineName: 'recorded', pipelineExecutionId: first }),
  );
  expect(pipelineExecution).toMatchObject({
    pipelineVersion: 1,
    status: 'Failed',
    variables: [{ name: 'colour', resolvedValue: 'red' }],
    artifactRevisions: [{ name: 'App_Source', created: new Date('2026-01-01T00:00:00.000Z') }],
  });
});

test('errors have CodePipeline’s codes and words', async () => {
  const fails = (command: Promise<unknown>) =>
    command.then(
      () => 'nothing',
      (error: Error & { $metadata?: { httpStatusCode?: number } }) => ({
        name: error.name,
        status: error.$metadata?.httpStatusCode,
        message: error.message,
      }),
    );
  expect(await fails(served.pipelines.send(new GetPipelineStateCommand({ name: 'other' })))).toEqual({
    name: 'PipelineNotFoundException',
    status: 400,
    message: `Account '${ACCOUNT}' does not have a pipeline with name 'other' in ${REGION}`,
  });
  expect(
    await fails(
      served.pipelines.send(
        new GetPipelineExecutionCommand({ pipelineName: 'recorded', pipelineExecutionId: uuidOf('nobody') }),
      ),
    ),
  ).toMatchObject({ name: 'PipelineExecutionNotFoundException' });
  expect(
    await fails(
      served.pipelines.send(
        new GetPipelineExecutionCommand({ pipelineName: 'recorded', pipelineExecutionId: 'nonsense' }),
      ),
    ),
  ).toEqual({
    name: 'ValidationException',
    status: 400,
    message:
      "1 validation error detected: Value 'nonsense' at 'pipelineExecutionId' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  });
  expect(
    await fails(
      served.pipelines.send(new ListPipelineExecutionsCommand({ pipelineName: 'recorded', nextToken: 'made up' })),
    ),
  ).toMatchObject({ name: 'InvalidNextTokenException' });
  // A pipeline of another account is none of the caller's.
  const stranger = await serve(layout, { account: '999999999999' });
  expect(await fails(stranger.pipelines.send(new GetPipelineStateCommand({ name: 'recorded' })))).toMatchObject({
    name: 'PipelineNotFoundException',
  });
  await stranger.close();
  // Nothing runs here: what would change something is refused.
  expect(await fails(served.pipelines.send(new StartPipelineExecutionCommand({ name: 'recorded' })))).toMatchObject({
    name: 'ConflictException',
    message: expect.stringContaining('saiondo rehearse --resume'),
  });
  expect(
    await fails(
      served.pipelines.send(
        new StopPipelineExecutionCommand({ pipelineName: 'recorded', pipelineExecutionId: second }),
      ),
    ),
  ).toMatchObject({ name: 'ConflictException' });
});

test('builds with phases, logs, exported variables and reports with their cases', async () => {
  const { ids } = await served.builds.send(new ListBuildsForProjectCommand({ projectName: 'project-0' }));
  expect(ids).toEqual(
    ['20260101-000003-cccc', '20260101-000002-bbbb', '20260101-000001-aaaa'].map(
      (run) => `project-0:${uuidOf(`${run}/build/0`)}`,
    ),
  );
  const id = ids?.at(-1) ?? '';
  const uuid = id.split(':')[1];
  const { builds, buildsNotFound } = await served.builds.send(
    new BatchGetBuildsCommand({ ids: [`arn:aws:codebuild:${REGION}:${ACCOUNT}:build/${id}`, 'project-0:none'] }),
  );
  expect(buildsNotFound).toEqual(['project-0:none']);
  expect(builds).toMatchObject([
    {
      id,
      arn: `arn:aws:codebuild:${REGION}:${ACCOUNT}:build/${id}`,
      buildStatus: 'FAILED',
      buildComplete: true,
      currentPhase: 'COMPLETED',
      initiator: 'codepipeline/recorded',
      logs: { groupName: '/aws/codebuild/project-0', streamName: uuid },
      exportedEnvironmentVariables: [{ name: 'TAG', value: 'v1' }],
      phases: [
        {
          phaseType: 'BUILD',
          phaseStatus: 'FAILED',
          durationInSeconds: 1,
          contexts: [{ statusCode: 'COMMAND_EXECUTION_ERROR', message: expect.stringContaining('exit status 1') }],
        },
        { phaseType: 'COMPLETED' },
      ],
    },
  ]);
  const reportArns = builds?.[0]?.reportArns ?? [];
  expect(reportArns).toEqual([`arn:aws:codebuild:${REGION}:${ACCOUNT}:report/project-0-jest:${uuid}`]);
  const { reports } = await served.builds.send(new BatchGetReportsCommand({ reportArns }));
  expect(reports).toMatchObject([
    {
      status: 'FAILED',
      type: 'TEST',
      testSummary: { total: 2, statusCounts: { SUCCEEDED: 1, FAILED: 1 }, durationInNanoSeconds: 750_000_000 },
    },
  ]);
  const failed = await served.builds.send(
    new DescribeTestCasesCommand({ reportArn: reportArns[0], filter: { status: 'FAILED' } }),
  );
  expect(failed.testCases).toMatchObject([
    { name: 'subtracts', prefix: 'sum', status: 'FAILED', durationInNanoSeconds: 250_000_000, message: '1 is not 2' },
  ]);
});

test('a project is what was deployed; a log group of its own holds its builds’ logs', async () => {
  const { projects, projectsNotFound } = await served.builds.send(
    new BatchGetProjectsCommand({ names: ['project-2', 'project-9'] }),
  );
  expect(projectsNotFound).toEqual(['project-9']);
  expect(projects).toMatchObject([
    {
      arn: `arn:aws:codebuild:${REGION}:${ACCOUNT}:project/project-2`,
      timeoutInMinutes: 20,
      environment: {
        type: 'ARM_LAMBDA_CONTAINER',
        computeType: 'BUILD_LAMBDA_2GB',
        // The secret's name, never its value.
        environmentVariables: [{ name: 'KEY', value: 'saiondo/key', type: 'SECRETS_MANAGER' }],
      },
    },
  ]);
  const uuid = uuidOf('20260101-000003-cccc/build/2');
  const { builds } = await served.builds.send(new BatchGetBuildsCommand({ ids: [`project-2:${uuid}`] }));
  expect(builds?.[0]?.logs).toMatchObject({ groupName: '/shop/verify', streamName: `third/${uuid}` });
  const state = await served.pipelines.send(new GetPipelineStateCommand({ name: 'recorded' }));
  expect(state.stageStates?.[1]?.actionStates?.[2]?.latestExecution?.logStreamARN).toBe(
    `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/shop/verify:log-stream:third/${uuid}`,
  );
  const { events } = await served.logs.send(
    new GetLogEventsCommand({ logGroupName: '/shop/verify', logStreamName: `third/${uuid}` }),
  );
  expect(events?.at(-1)?.message).toBe('build 2 of 20260101-000003-cccc\n');
});
