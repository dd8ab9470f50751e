import type { ExecutionStatus, StageStatus } from '../../../model/events';
import type { ExecutionState } from '../../../model/run-state';

/** An execution of this session or of an earlier run, as far as a request for one has to know of the others. */
export interface KnownExecution {
  /** The run that records it. */
  readonly runId: string;
  /** Whether this session has it. One of an earlier engine that has not ended does not run, but can continue. */
  readonly open: boolean;
  readonly executionId: string;
  readonly startedAt: string;
  readonly structureVersion: string;
  readonly mode: 'STANDARD' | 'ROLLBACK';
  readonly status: ExecutionStatus;
  /** Undefined for a stage that it has not entered. */
  readonly stageStatus: (stage: string) => StageStatus | undefined;
  /** All of it; that of an earlier run is read from its log. */
  readonly state: () => ExecutionState;
}

/** An execution of a session's open runs. */
export function openExecution(runId: string, execution: ExecutionState): KnownExecution {
  const { executionId, startedAt, structureVersion, mode, status } = execution;
  return {
    runId,
    open: true,
    executionId,
    startedAt,
    structureVersion,
    mode,
    status,
    stageStatus: (stage) => execution.stages.get(stage)?.status,
    state: () => execution,
  };
}
