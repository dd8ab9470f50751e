import type { ExecutionStatus, Revision, RunVerdict, StageStatus } from '../../model/events';
import type { PipelineDefinition } from '../../model/pipeline';
import { waitsForDecision, type RunState } from '../../model/run-state';

/** The version of the digest's shape: another one is made anew from the events. */
export const DIGEST_VERSION = 4;

/** An execution, as far as a list of executions shows it. */
export interface ExecutionDigest {
  readonly executionId: string;
  readonly structureVersion: string;
  readonly status: ExecutionStatus;
  readonly detail?: string;
  /** Why somebody stopped it. */
  readonly stopReason?: string;
  readonly trigger: { readonly type: string; readonly detail?: string };
  readonly mode: 'STANDARD' | 'ROLLBACK';
  readonly rollbackTarget?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** The time of its latest event that changed a stage, or of its start. */
  readonly updatedAt: string;
  readonly revisions: readonly Revision[];
  readonly stages: readonly {
    readonly name: string;
    readonly status: StageStatus;
    readonly startedAt: string;
    readonly endedAt?: string;
    /** Its actions that started. */
    readonly actions: readonly string[];
  }[];
  /** `Stage/Action` of the first action that failed. */
  readonly failed?: string;
  /** An approval of it waits for a decision. */
  readonly waits?: true;
}

/** A run, as far as a list of runs shows it: derived from its events, which stay the truth. */
export interface RunDigest {
  readonly v: typeof DIGEST_VERSION;
  /** Length in bytes of the event log from which it was made: an append-only log of another length has other events. */
  readonly bytes: number;
  readonly runId: string;
  readonly pipeline: string;
  /** The process of the engine that works on it, or did last. */
  readonly pid?: number;
  readonly account: string;
  readonly region: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly verdict?: RunVerdict;
  readonly summary?: string;
  /** Structure versions that the pipeline had in this run, the oldest first. */
  readonly structures: readonly string[];
  readonly executions: readonly ExecutionDigest[];
  readonly builds: readonly {
    readonly buildId: string;
    readonly project: string;
    readonly executionId: string;
    readonly startedAt: string;
    /** Where its project lives: an action of another account's role builds there. */
    readonly account: string;
    readonly region: string;
    /** The batch that it is of. */
    readonly batchId?: string;
    /** Report groups that it reported to. */
    readonly reportGroups: readonly string[];
  }[];
}

/** @param bytes the length of the event log that the state was folded from */
export function digestOf(state: RunState, bytes: number): RunDigest {
  return {
    v: DIGEST_VERSION,
    bytes,
    runId: state.runId,
    pipeline: state.definition?.name ?? state.pipeline,
    ...(state.pid === undefined ? {} : { pid: state.pid }),
    account: state.definition?.account ?? '',
    region: state.definition?.region ?? '',
    startedAt: state.startedAt ?? '',
    ...(state.endedAt ? { endedAt: state.endedAt } : {}),
    ...(state.verdict ? { verdict: state.verdict } : {}),
    ...(state.summary ? { summary: state.summary } : {}),
    structures: state.definitions.map((one) => one.structureVersion),
    executions: state.executions.map((execution): ExecutionDigest => {
      const stages = [...execution.stages].map(([name, { status, startedAt, endedAt }]) => ({
        name,
        status,
        startedAt,
        ...(endedAt ? { endedAt } : {}),
        actions: [...new Set(execution.actionExecutions.filter((one) => one.stage === name).map((one) => one.action))],
      }));
      const failed = execution.actionExecutions.find((action) => action.status === 'Failed');
      const times = [execution.startedAt, ...stages.flatMap((stage) => [stage.startedAt, stage.endedAt ?? ''])];
      return {
        executionId: execution.executionId,
        structureVersion: execution.structureVersion,
        status: execution.status,
        ...(execution.detail ? { detail: execution.detail } : {}),
        ...(execution.stopping?.reason ? { stopReason: execution.stopping.reason } : {}),
        trigger: execution.trigger,
        mode: execution.mode,
        ...(execution.rollbackTarget ? { rollbackTarget: execution.rollbackTarget } : {}),
        startedAt: execution.startedAt,
        ...(execution.endedAt ? { endedAt: execution.endedAt } : {}),
        updatedAt: execution.endedAt ?? times.sort().at(-1) ?? execution.startedAt,
        revisions: execution.revisions,
        stages,
        ...(failed ? { failed: `${failed.stage}/${failed.action}` } : {}),
        ...([...execution.actions.values()].some(waitsForDecision) ? { waits: true } : {}),
      };
    }),
    builds: [...state.builds.values()].map((build) => ({
      buildId: build.buildId,
      project: build.project,
      executionId: build.executionId,
      startedAt: build.startedAt,
      ...ownerOf(state, build),
      ...(build.batch ? { batchId: build.batch.id } : {}),
      reportGroups: build.reports.map((report) => report.group),
    })),
  };
}

/** What a run is in while an engine works on it: an approval that nobody has decided lets it wait. */
export function liveState({ executions }: Pick<RunDigest, 'executions'>): 'running' | 'waiting' {
  return executions.some((one) => one.waits) ? 'waiting' : 'running';
}

/** The pipeline's structure under which an execution runs. */
export function definitionOf(state: RunState, executionId: string): PipelineDefinition | undefined {
  const execution = state.executions.find((one) => one.executionId === executionId);
  return state.definitions.find((one) => one.structureVersion === execution?.structureVersion) ?? state.definition;
}

/** The account and region in which an action acts: its role's, its region; else the pipeline's. */
export function ownerOf(
  state: RunState,
  of: { readonly executionId: string; readonly stage: string; readonly action: string },
): { account: string; region: string } {
  const definition = definitionOf(state, of.executionId);
  const action = definition?.stages
    .find((stage) => stage.name === of.stage)
    ?.actions.find((one) => one.name === of.action);
  return {
    account: /^arn:aws[^:]*:iam::(\d{12}):/.exec(action?.roleArn ?? '')?.[1] ?? definition?.account ?? '',
    region: action?.region ?? definition?.region ?? '',
  };
}
