import type { RunEvent, RunEventBody } from '../../model/events';
import { applyEvent } from '../../model/apply-event';
import { emptyRun, type RunState } from '../../model/run-state';
import { recordedPipeline, uuidOf } from '../../bench/recorded-run';

/** The executions of {@link rolledBackRun}. */
export const GOOD = uuidOf('good');
export const BAD = uuidOf('bad');
export const BACK = uuidOf('back');

const begins = (executionId: string, stage: string, action: string): RunEventBody => ({
  kind: 'action.started',
  executionId,
  stage,
  action,
  actionExecutionId: uuidOf(`${executionId}/${stage}/${action}`),
  category: stage === 'Source' ? 'Source' : 'Build',
  provider: stage === 'Source' ? 'CodeStarSourceConnection' : 'CodeBuild',
  runOrder: 1,
  configuration: {},
  inputArtifacts: [],
});
const ends = (executionId: string, stage: string, action: string, failure?: string): RunEventBody => ({
  kind: 'action.ended',
  executionId,
  stage,
  action,
  actionExecutionId: uuidOf(`${executionId}/${stage}/${action}`),
  status: failure ? 'Failed' : 'Succeeded',
  ...(failure ? { failure: { code: 'JobFailed', message: failure } } : {}),
});
const commit = (executionId: string, message: string): RunEventBody => ({
  kind: 'execution.revisions',
  executionId,
  revisions: [
    {
      actionName: 'App',
      repository: 'acme/shop',
      branch: 'main',
      commitId: uuidOf(message).replaceAll('-', '') + '00000000',
      message,
    },
  ],
});
const standard = (executionId: string, message: string, failure?: string): RunEventBody[] => [
  { kind: 'execution.started', executionId, structureVersion: 'v1', trigger: { type: 'StartPipelineExecution' } },
  { kind: 'stage.started', executionId, stage: 'Source' },
  begins(executionId, 'Source', 'App'),
  commit(executionId, message),
  ends(executionId, 'Source', 'App'),
  { kind: 'stage.ended', executionId, stage: 'Source', status: 'Succeeded' },
  { kind: 'stage.started', executionId, stage: 'Verify' },
  begins(executionId, 'Verify', 'Test0'),
  ends(executionId, 'Verify', 'Test0', failure),
  { kind: 'stage.ended', executionId, stage: 'Verify', status: failure ? 'Failed' : 'Succeeded' },
  { kind: 'execution.ended', executionId, status: failure ? 'Failed' : 'Succeeded' },
];

/** A run whose second execution failed and was rolled back; the rollback failed too, in another action. */
export const ROLLED_BACK: readonly RunEventBody[] = [
  {
    kind: 'run.started',
    runId: '20260101-100000-aaaa',
    version: '0',
    pipeline: 'recorded',
    assembly: '',
    options: {},
    pid: 1,
  },
  { kind: 'pipeline.defined', definition: recordedPipeline(2) },
  ...standard(GOOD, 'feat: 주문 목록'),
  ...standard(BAD, 'feat: nicknames', 'drift in the database'),
  {
    kind: 'execution.started',
    executionId: BACK,
    structureVersion: 'v1',
    trigger: { type: 'AutomatedRollback', detail: BAD },
    mode: 'ROLLBACK',
    rollbackTarget: GOOD,
    stage: 'Verify',
    revisions: [],
  },
  commit(BACK, 'feat: 주문 목록'),
  { kind: 'stage.started', executionId: BACK, stage: 'Verify' },
  begins(BACK, 'Verify', 'Test0'),
  ends(BACK, 'Verify', 'Test0'),
  begins(BACK, 'Verify', 'Test1'),
  ends(BACK, 'Verify', 'Test1', 'index.html does not exist'),
  { kind: 'stage.ended', executionId: BACK, stage: 'Verify', status: 'Failed' },
  { kind: 'execution.ended', executionId: BACK, status: 'Failed' },
  { kind: 'run.ended', verdict: 'failed', summary: 'Verify/Test0 failed; 1 of 4 actions passed', exitCode: 1 },
];

/** Events with their frames, a second apart. */
export function framed(bodies: readonly RunEventBody[]): RunEvent[] {
  return bodies.map((body, at) => ({
    v: 1,
    sequence: at + 1,
    time: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
    ...body,
  }));
}

/** The state of {@link ROLLED_BACK}. */
export function rolledBackRun(): RunState {
  return framed(ROLLED_BACK).reduce(applyEvent, emptyRun());
}
