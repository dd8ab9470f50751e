import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  BatchGetBuildBatchesCommand,
  BatchGetReportsCommand,
  DescribeCodeCoveragesCommand,
  ListBuildBatchesCommand,
  ListBuildBatchesForProjectCommand,
} from '@aws-sdk/client-codebuild';
import { readReport } from '../../../engine/codebuild/reports/reports';
import { EventLog } from '../../../engine/runs/event-log';
import { Layout } from '../../../model/layout';
import { ACCOUNT, recordedPipeline, recordRun, REGION, uuidOf } from '../../../bench/recorded-run';
import { serve, type Served } from './served';

// Batches and coverage by the SDK's own client: a batch is what its builds tell, a report's files are those of the tool's own file.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-batches-'));
const layout = new Layout(root);
const runId = '20260101-000001-aaaa';
const batchId = `project-0:${uuidOf('batch')}`;
let served: Served;

const CLOVER = `<coverage generated="1"><project><metrics statements="10" coveredstatements="6" conditionals="4" coveredconditionals="1"/>
<package name="src"><file name="sum.ts" path="/src/sum.ts"><metrics statements="8" coveredstatements="4" conditionals="4" coveredconditionals="1"/></file>
<file name="all.ts" path="/src/all.ts"><metrics statements="2" coveredstatements="2" conditionals="0" coveredconditionals="0"/></file></package></project></coverage>`;

beforeAll(async () => {
  const log = new EventLog(layout.events(runId));
  const executionId = uuidOf(runId);
  const key = { executionId, stage: 'Verify', action: 'Test0', actionExecutionId: uuidOf('action') };
  log.emit({ kind: 'run.started', runId, version: '0', pipeline: 'recorded', assembly: '', options: {}, pid: 1 });
  log.emit({ kind: 'pipeline.defined', definition: recordedPipeline(1) });
  log.emit({ kind: 'execution.started', executionId, structureVersion: 'v1', trigger: { type: 'Manual' } });
  log.emit({ kind: 'stage.started', executionId, stage: 'Verify' });
  for (const [at, [identifier, status, dependsOn]] of (
    [
      ['lint', 'FAILED', []],
      ['unit', 'FAILED', []],
      ['unit', 'SUCCEEDED', []],
      ['pack', 'SUCCEEDED', ['unit']],
    ] as const
  ).entries()) {
    const build = { ...key, buildId: `project-0:${uuidOf(`build ${at}`)}` };
    log.emit({
      kind: 'build.started',
      ...build,
      project: 'project-0',
      buildNumber: at + 1,
      buildspec: 'buildspec.yml',
      log: `builds/${at}/log.txt`,
      timeoutMinutes: 60,
      batch: { id: batchId, identifier, dependsOn: [...dependsOn], ignoreFailure: identifier === 'lint' },
    });
    if (identifier === 'pack') {
      const file = path.join(root, 'clover.xml');
      fs.writeFileSync(file, CLOVER);
      const target = path.join(layout.run(runId), 'coverage.json');
      const read = readReport('coverage', 'CLOVERXML', [file], root, target);
      if (!('report' in read)) throw new Error(read.problem);
      log.emit({ kind: 'build.report', ...build, report: { ...read.report, file: 'coverage.json' } });
    }
    log.emit({ kind: 'build.ended', ...build, status, logBytes: 0 });
    await new Promise((done) => setTimeout(done, 5));
  }
  log.emit({ kind: 'run.ended', verdict: 'passed', summary: '', exitCode: 0 });
  log.close();
  recordRun(layout, { runId: '20260101-000000-0000', builds: 1 });
  served = await serve(layout);
});
afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true });
});

test('a batch is listed, and tells of its builds by their names: the last attempt, and those before', async () => {
  const { ids } = await served.builds.send(new ListBuildBatchesCommand({}));
  expect(ids).toEqual([batchId]);
  const { buildBatches, buildBatchesNotFound } = await served.builds.send(
    new BatchGetBuildBatchesCommand({ ids: [batchId, 'project-0:none'] }),
  );
  expect(buildBatchesNotFound).toEqual(['project-0:none']);
  expect(buildBatches).toMatchObject([
    {
      arn: `arn:aws:codebuild:${REGION}:${ACCOUNT}:build-batch/${batchId}`,
      buildBatchStatus: 'SUCCEEDED',
      complete: true,
      projectName: 'project-0',
      initiator: 'codepipeline/recorded',
      buildGroups: [
        { identifier: 'lint', ignoreFailure: true, currentBuildSummary: { buildStatus: 'FAILED' } },
        {
          identifier: 'unit',
          currentBuildSummary: { buildStatus: 'SUCCEEDED' },
          priorBuildSummaryList: [{ buildStatus: 'FAILED' }],
        },
        { identifier: 'pack', dependsOn: ['unit'] },
      ],
    },
  ]);
});

test('batches are filtered by project and by state, and refused as CodeBuild refuses', async () => {
  const of = (projectName: string, status?: 'FAILED' | 'SUCCEEDED') =>
    served.builds
      .send(new ListBuildBatchesForProjectCommand({ projectName, ...(status ? { filter: { status } } : {}) }))
      .then(
        ({ ids }) => ids,
        (error: Error) => error.name,
      );
  expect(await of('project-0')).toEqual([batchId]);
  expect(await of('project-0', 'FAILED')).toEqual([]);
  expect(await of('project-0', 'SUCCEEDED')).toEqual([batchId]);
  expect(await of('project-9')).toBe('ResourceNotFoundException');
});

test('coverage is told by file, in the order and within the bounds that are asked for', async () => {
  const { buildBatches } = await served.builds.send(new BatchGetBuildBatchesCommand({ ids: [batchId] }));
  const [reportArn = ''] = buildBatches?.[0]?.reportArns ?? [];
  const { reports } = await served.builds.send(new BatchGetReportsCommand({ reportArns: [reportArn] }));
  expect(reports).toMatchObject([{ type: 'CODE_COVERAGE', codeCoverageSummary: { lineCoveragePercentage: 60 } }]);
  const coverage = async (query: object) =>
    (await served.builds.send(new DescribeCodeCoveragesCommand({ reportArn, ...query }))).codeCoverages;
  expect(await coverage({})).toMatchObject([
    { filePath: '/src/all.ts', lineCoveragePercentage: 100, branchCoveragePercentage: 100 },
    { filePath: '/src/sum.ts', linesCovered: 4, linesMissed: 4, branchCoveragePercentage: 25, reportARN: reportArn },
  ]);
  expect(await coverage({ sortBy: 'LINE_COVERAGE_PERCENTAGE', maxResults: 1 })).toMatchObject([
    { filePath: '/src/sum.ts' },
  ]);
  expect(await coverage({ minLineCoveragePercentage: 60 })).toMatchObject([{ filePath: '/src/all.ts' }]);
  await expect(
    served.builds.send(new DescribeCodeCoveragesCommand({ reportArn: `${reportArn}0` })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
