import { SaiondoError } from '../../../model/errors';
import type { Emit, RunEventBody } from '../../../model/events';
import {
  actionPath,
  type ActionDefinition,
  type PipelineDefinition,
  type StageDefinition,
} from '../../../model/pipeline';
import type { ExecutionState, RunState } from '../../../model/run-state';
import { openExecution, type KnownExecution } from './known-execution';

/** A run's record: what has happened, and where what happens next is put. */
export interface Journal {
  readonly runId: string;
  readonly state: RunState;
  readonly emit: Emit;
}

/** What runs on disk tell, in addition to those that are open. */
export interface RunHistory {
  /** The executions of a pipeline in earlier runs, the oldest first. */
  executions(pipeline: string): readonly KnownExecution[];
  /** Opens an earlier run again, so that one of its executions can continue. */
  reopen(runId: string): Journal;
}

/** The records of a session: its own run's, and those of earlier runs whose executions it continues with. */
export class Journals {
  private readonly open: Journal[];

  constructor(
    readonly main: Journal,
    private readonly history: RunHistory,
  ) {
    this.open = [main];
  }

  /** All that are open, the session's own first. */
  all(): readonly Journal[] {
    return this.open;
  }

  /** The executions of the open runs, the oldest first. */
  executions(): ExecutionState[] {
    const all = this.open.flatMap((journal) => journal.state.executions);
    return this.open.length === 1 ? all : all.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  /** @throws SaiondoError `PipelineExecutionNotFoundException` */
  execution(executionId: string): ExecutionState {
    const execution = this.executions().find((one) => one.executionId === executionId);
    if (!execution)
      throw new SaiondoError(`there is no execution ${executionId}`, { code: 'PipelineExecutionNotFoundException' });
    return execution;
  }

  /** The run that records an execution. */
  of(execution: ExecutionState): Journal {
    return this.open.find((journal) => journal.state.executions.includes(execution)) ?? this.main;
  }

  /** The structure by which an execution runs, which may be another than the pipeline's present one. */
  definition(execution: ExecutionState, present: PipelineDefinition): PipelineDefinition {
    if (execution.structureVersion === present.structureVersion) return present;
    const { definitions } = this.of(execution).state;
    return definitions.find((one) => one.structureVersion === execution.structureVersion) ?? present;
  }

  /** Every execution of a pipeline, in the runs that are open and in those on disk, the oldest first. */
  known(pipeline: string): KnownExecution[] {
    const open = new Set(this.open.map((journal) => journal.runId));
    return [
      ...this.history.executions(pipeline).filter((one) => !open.has(one.runId)),
      ...this.executions().map((execution) => openExecution(this.of(execution).runId, execution)),
    ].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  /** A known execution as one of the session's; its run is opened again where it is not. */
  opened({ runId, executionId }: KnownExecution): ExecutionState {
    if (!this.open.some((journal) => journal.runId === runId)) this.open.push(this.history.reopen(runId));
    return this.execution(executionId);
  }

  /** Where the events of an execution go: to its own run. */
  emitOf(execution: ExecutionState): Emit {
    const journal = this.of(execution);
    return (event) => put(journal, event);
  }

  /** Records an event of the session's own run. */
  emit(event: RunEventBody): void {
    put(this.main, event);
  }
}

/** A run that had its verdict continues when something happens in it again. */
function put(journal: Journal, event: RunEventBody): void {
  if (journal.state.verdict) journal.emit({ kind: 'run.resumed', pid: process.pid });
  journal.emit(event);
}

/** An action and its stage in a definition. @throws SaiondoError `ACTION_UNKNOWN` with those that there are */
export function actionIn(definition: PipelineDefinition, path: string): [StageDefinition, ActionDefinition] {
  for (const stage of definition.stages)
    for (const action of stage.actions) if (actionPath(stage.name, action.name) === path) return [stage, action];
  const paths = definition.stages.flatMap((stage) => stage.actions.map((one) => actionPath(stage.name, one.name)));
  throw new SaiondoError(`the pipeline has no action ${path}`, {
    code: 'ACTION_UNKNOWN',
    next: `it has: ${paths.join(', ')}`,
  });
}
