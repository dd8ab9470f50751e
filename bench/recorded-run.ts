import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { MaskedLog } from '../engine/codebuild/build/masked-log';
import { EventLog } from '../engine/runs/event-log';
import { saveDigest } from '../engine/runs/runs';
import type { RunEventBody } from '../model/events';
import type { Layout } from '../model/layout';
import type { ActionDefinition, PipelineDefinition } from '../model/pipeline';

/** Where the recorded pipeline lives. */
export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';

/** A UUID that a test can name again. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** A pipeline of a source, one stage of builds and an approval. */
export function recordedPipeline(builds: number, structureVersion = 'v1'): PipelineDefinition {
  const action = { owner: 'AWS', version: '1', region: REGION, runOrder: 1 } as const;
  return {
    name: 'recorded',
    account: ACCOUNT,
    region: REGION,
    stackName: 'Recorded',
    pipelineType: 'V2',
    executionMode: 'SUPERSEDED',
    restartExecutionOnUpdate: true,
    variables: [{ name: 'colour', defaultValue: 'red' }],
    triggers: [],
    disabledTransitions: {},
    structureVersion,
    stages: [
      {
        name: 'Source',
        actions: [
          {
            ...action,
            name: 'App',
            category: 'Source',
            provider: 'CodeStarSourceConnection',
            configuration: { FullRepositoryId: 'acme/shop', BranchName: 'main' },
            inputArtifacts: [],
            outputArtifacts: [{ name: 'App_Source' }],
          },
        ],
      },
      {
        name: 'Verify',
        actions: Array.from({ length: builds }, (_, at) => ({
          ...action,
          name: `Test${at}`,
          category: 'Build',
          provider: 'CodeBuild',
          configuration: { ProjectName: `project-${at}` },
          inputArtifacts: ['App_Source'],
          outputArtifacts: [],
        })) as ActionDefinition[],
      },
      {
        name: 'Prod',
        actions: [
          {
            ...action,
            name: 'Approve',
            category: 'Approval',
            provider: 'Manual',
            configuration: { CustomData: 'Release?' },
            inputArtifacts: [],
            outputArtifacts: [],
          },
        ],
      },
    ],
  };
}

/** What a run is recorded with. */
export interface Recorded {
  readonly runId: string;
  readonly builds: number;
  readonly fails?: readonly number[];
  /** The log of a build. */
  readonly log?: (at: number) => string | Buffer;
  readonly structureVersion?: string;
  readonly message?: string;
  /** The engine's process. */
  readonly pid?: number;
}

/** Writes a run as the engine records one: its event log, its builds' logs and a test report of each. */
export function recordRun(layout: Layout, recorded: Recorded): { executionId: string; buildIds: string[] } {
  const { runId, builds, fails = [] } = recorded;
  const log = new EventLog(layout.events(runId));
  const emit = (event: RunEventBody): void => log.emit(event);
  const definition = recordedPipeline(builds, recorded.structureVersion);
  const executionId = uuidOf(runId);
  const key = (stage: string, action: string) => ({
    executionId,
    stage,
    action,
    actionExecutionId: uuidOf(`${runId}/${stage}/${action}`),
  });
  const start = (stage: string, name: string): void => {
    const action = definition.stages.find((one) => one.name === stage)?.actions.find((one) => one.name === name);
    if (!action) throw new Error(`no action ${name}`);
    const { category, provider, runOrder, configuration, inputArtifacts } = action;
    emit({
      kind: 'action.started',
      ...key(stage, name),
      category,
      provider,
      runOrder,
      configuration: { ...configuration },
      inputArtifacts: [...inputArtifacts],
    });
  };
  emit({
    kind: 'run.started',
    runId,
    version: '0',
    pipeline: 'recorded',
    assembly: '',
    options: {},
    pid: recorded.pid ?? 1,
  });
  emit({ kind: 'pipeline.defined', definition });
  emit({
    kind: 'execution.started',
    executionId,
    structureVersion: definition.structureVersion,
    trigger: { type: 'Manual' },
  });
  emit({ kind: 'stage.started', executionId, stage: 'Source' });
  start('Source', 'App');
  emit({
    kind: 'execution.revisions',
    executionId,
    revisions: [
      {
        actionName: 'App',
        repository: 'acme/shop',
        branch: 'main',
        commitId: createHash('sha1').update(runId).digest('hex'),
        author: 'Ada',
        message: recorded.message ?? `feat: ${runId}`,
        committedAt: '2026-01-01T00:00:00.000Z',
      },
    ],
  });
  emit({ kind: 'action.ended', ...key('Source', 'App'), status: 'Succeeded', outputVariables: { CommitId: 'c' } });
  emit({ kind: 'stage.ended', executionId, stage: 'Source', status: 'Succeeded' });
  emit({ kind: 'stage.started', executionId, stage: 'Verify' });
  const buildIds = Array.from({ length: builds }, (_, at) => `project-${at}:${uuidOf(`${runId}/build/${at}`)}`);
  buildIds.forEach((buildId, at) => {
    start('Verify', `Test${at}`);
    const directory = layout.build(runId, buildId);
    fs.mkdirSync(path.join(directory, 'reports'), { recursive: true });
    const build = { ...key('Verify', `Test${at}`), buildId };
    const failed = fails.includes(at);
    emit({
      kind: 'build.started',
      ...build,
      project: `project-${at}`,
      buildNumber: 1,
      buildspec: 'buildspec.yml',
      log: path.relative(layout.run(runId), path.join(directory, 'log.txt')),
      timeoutMinutes: 60,
    });
    emit({ kind: 'build.phase.started', ...build, phase: 'BUILD' });
    const text = new MaskedLog(path.join(directory, 'log.txt'));
    text.line('Running command npm test');
    text.write(Buffer.from(recorded.log?.(at) ?? `build ${at} of ${runId}\n`));
    text.close();
    emit({
      kind: 'build.phase.ended',
      ...build,
      phase: 'BUILD',
      status: failed ? 'FAILED' : 'SUCCEEDED',
      seconds: 1.4,
      ...(failed ? { context: 'Error while executing command: npm test. Reason: exit status 1' } : {}),
    });
    const report = path.join(directory, 'reports', 'jest.json');
    const cases = [
      { name: 'adds', suite: 'sum', status: 'SUCCEEDED', seconds: 0.5 },
      ...(failed ? [{ name: 'subtracts', suite: 'sum', status: 'FAILED', seconds: 0.25, message: '1 is not 2' }] : []),
    ];
    fs.writeFileSync(report, JSON.stringify({ group: `project-${at}-jest`, format: 'JUNITXML', cases }));
    emit({
      kind: 'build.report',
      ...build,
      report: {
        group: `project-${at}-jest`,
        format: 'JUNITXML',
        total: cases.length,
        passed: 1,
        failed: failed ? 1 : 0,
        skipped: 0,
        error: 0,
        durationSeconds: 0.75,
        failures: failed ? [{ name: 'subtracts', suite: 'sum', message: '1 is not 2' }] : [],
        file: path.relative(layout.run(runId), report),
      },
    });
    emit({
      kind: 'build.ended',
      ...build,
      status: failed ? 'FAILED' : 'SUCCEEDED',
      exportedVariables: { TAG: 'v1' },
      logBytes: text.bytes,
    });
    emit({
      kind: 'action.ended',
      ...key('Verify', `Test${at}`),
      status: failed ? 'Failed' : 'Succeeded',
      externalExecutionId: buildId,
      ...(failed ? { failure: { code: 'JobFailed', message: 'npm test: exit status 1' } } : {}),
    });
  });
  const failed = fails.length > 0;
  emit({ kind: 'stage.ended', executionId, stage: 'Verify', status: failed ? 'Failed' : 'Succeeded' });
  if (failed) {
    emit({ kind: 'execution.ended', executionId, status: 'Failed' });
    emit({ kind: 'run.ended', verdict: 'failed', summary: 'Verify/Test0 failed', exitCode: 1 });
  } else {
    emit({ kind: 'stage.started', executionId, stage: 'Prod' });
    start('Prod', 'Approve');
    emit({
      kind: 'approval.requested',
      ...key('Prod', 'Approve'),
      token: uuidOf(`${runId}/token`),
      deadline: '2099-01-01T00:00:00.000Z',
      message: 'Release?',
    });
    emit({ kind: 'execution.ended', executionId, status: 'Waiting' });
    emit({ kind: 'run.ended', verdict: 'waiting', summary: 'waits for Prod/Approve', exitCode: 0 });
  }
  log.close();
  saveDigest(layout, log.state);
  return { executionId, buildIds };
}
