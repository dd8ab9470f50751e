import type { ExecutionStatus, RetryMode, StageStatus } from '../../../model/events';
import {
  actionPath,
  type ActionDefinition,
  type PipelineDefinition,
  type StageDefinition,
} from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';
import { standingOf, type ConditionType } from './conditions';

/** What a pipeline's executions may do next. Pure data: who acts on it is the session. */
export type Step =
  | { readonly kind: 'enter-stage'; readonly executionId: string; readonly stage: string }
  | {
      readonly kind: 'retry-stage';
      readonly executionId: string;
      readonly stage: string;
      readonly mode: RetryMode;
    }
  | { readonly kind: 'start-action'; readonly executionId: string; readonly stage: string; readonly action: string }
  | {
      readonly kind: 'evaluate-rule';
      readonly executionId: string;
      readonly stage: string;
      readonly condition: ConditionType;
      readonly rule: string;
    }
  | { readonly kind: 'roll-back'; readonly executionId: string; readonly stage: string }
  | {
      readonly kind: 'end-stage';
      readonly executionId: string;
      readonly stage: string;
      readonly status: StageStatus;
      readonly detail?: string;
    }
  | {
      readonly kind: 'end-execution';
      readonly executionId: string;
      readonly status: ExecutionStatus;
      readonly detail?: string;
    };

/** What a decision is made on. */
export interface Situation {
  /** The pipeline as it is deployed now. */
  readonly pipeline: PipelineDefinition;
  /** The structure that an execution runs by: its own, even where the pipeline has been updated since. */
  readonly definitionOf: (execution: ExecutionState) => PipelineDefinition;
  /** All executions that this engine knows, the oldest first. */
  readonly executions: readonly ExecutionState[];
  /** Whether the transition into a stage is enabled. */
  readonly enabled: (stage: string) => boolean;
  /** Whether something of an execution runs in this engine ({@link actionKey}, {@link ruleKey}), or was abandoned and still has to go away. */
  readonly busy: (key: string) => 'running' | 'leaving' | undefined;
  /** Executions go no further than this stage. */
  readonly until?: string;
}

/** Concurrent actions of one execution in PARALLEL mode (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
export const PARALLEL_ACTIONS = 5;

/** The name of an action of an execution while it runs. */
export function actionKey(executionId: string, stage: string, action: string): string {
  return `${executionId}/${stage}/${action}`;
}

/** The name of a rule of an execution while it is evaluated. */
export function ruleKey(executionId: string, stage: string, condition: ConditionType, rule: string): string {
  return `${executionId}/${stage}//${condition}/${rule}`;
}

/** Whether an execution has not ended. `Waiting` is how older engines left one that an approval holds. */
export function isActive(execution: Pick<ExecutionState, 'status'>): boolean {
  return ['InProgress', 'Stopping', 'Waiting'].includes(execution.status);
}

/**
 * What is to be done now, by the rules of the pipeline's execution mode (CodePipeline User Guide, "How pipeline executions work"). It depends
 * on the events so far and on nothing else, so an engine that takes over decides as the one before would have. No step: wait.
 */
export function decide(situation: Situation): Step[] {
  const active = situation.executions.filter(isActive);
  const steps = active.flatMap((execution) => inside(execution, situation));
  // Who enters a stage is decided when everything that ends has ended.
  return steps.length > 0 ? steps : between(active, situation);
}

/** The stage that an execution is in, if it is in one. */
export function stageOf(execution: ExecutionState, definition: PipelineDefinition): StageDefinition | undefined {
  return definition.stages.find((stage) => {
    const status = execution.stages.get(stage.name)?.status;
    return status === 'InProgress' || status === 'Stopping';
  });
}

/** The stage that an execution enters next; undefined when it has passed the last. */
export function nextStage(execution: ExecutionState, definition: PipelineDefinition): StageDefinition | undefined {
  const passed = (stage: StageDefinition): boolean =>
    ['Succeeded', 'Skipped'].includes(execution.stages.get(stage.name)?.status ?? '');
  if (execution.rollbackStage !== undefined)
    return definition.stages.find((stage) => stage.name === execution.rollbackStage && !passed(stage));
  return definition.stages.find((stage) => !passed(stage));
}

function inside(execution: ExecutionState, situation: Situation): Step[] {
  const definition = situation.definitionOf(execution);
  const { executionId } = execution;
  const stage = stageOf(execution, definition);
  if (stage) return insideStage(execution, definition, stage, situation);
  const end = (status: ExecutionStatus, detail?: string): Step[] => [
    { kind: 'end-execution', executionId, status, ...(detail ? { detail } : {}) },
  ];
  if (execution.stopping) return end('Stopped', execution.stopping.reason);
  const ended = [...execution.stages.values()].find((one) => ['Failed', 'Stopped', 'Cancelled'].includes(one.status));
  if (ended) return end(ended.status as ExecutionStatus, ended.detail);
  if (isOutdated(execution, situation)) return end('Cancelled', 'the pipeline was updated');
  return nextStage(execution, definition) ? [] : end('Succeeded');
}

/** An update of the pipeline ends its executions, except in PARALLEL mode (CodePipeline User Guide, "Edit a pipeline"). */
function isOutdated(execution: ExecutionState, { pipeline, definitionOf }: Situation): boolean {
  return (
    execution.structureVersion !== pipeline.structureVersion && definitionOf(execution).executionMode !== 'PARALLEL'
  );
}

function insideStage(
  execution: ExecutionState,
  definition: PipelineDefinition,
  stage: StageDefinition,
  situation: Situation,
): Step[] {
  const { executionId } = execution;
  const at = { executionId, stage: stage.name };
  const end = (status: StageStatus, detail?: string): Step[] => [
    { kind: 'end-stage', ...at, status, ...(detail ? { detail } : {}) },
  ];
  const stateOf = (action: ActionDefinition): string => {
    const busy = situation.busy(actionKey(executionId, stage.name, action.name));
    const status = execution.actions.get(actionPath(stage.name, action.name))?.status;
    // A retried action whose abandoned predecessor is still being ended has to wait for it: they share their artifacts' folders.
    if (busy === 'running' || (busy === 'leaving' && status === undefined)) return 'Running';
    // In progress, but not in this engine: the one before was killed, and it has to run again.
    return status === undefined ? 'ToStart' : status === 'InProgress' ? 'Interrupted' : status;
  };
  const states = stage.actions.map((action) => ({ action, state: stateOf(action) }));
  const has = (state: string): boolean => states.some((one) => one.state === state);
  const over = states.every(({ state }) => state === 'Succeeded' || state === 'NotRehearsed');

  const start = (which: readonly (typeof states)[number][]): Step[] =>
    which.map(({ action }) => ({ kind: 'start-action', ...at, action: action.name }));

  if (execution.stopping) return has('Running') ? [] : end('Stopped', execution.stopping.reason);
  if (isOutdated(execution, situation)) {
    const interrupted = states.filter(({ state }) => state === 'Interrupted');
    if (interrupted.length > 0) return start(interrupted);
    return has('Running') ? [] : over ? end('Succeeded') : end('Cancelled', 'the pipeline was updated');
  }
  if (has('Abandoned')) return has('Running') ? [] : end('Stopped');
  const ask = (condition: ConditionType): Step[] | { result?: string; detail?: string } => {
    const standing = standingOf(execution, stage, condition);
    if (standing.kind === 'pending')
      return standing.rules
        .filter((rule) => !situation.busy(ruleKey(executionId, stage.name, condition, rule.name)))
        .map((rule) => ({ kind: 'evaluate-rule', ...at, condition, rule: rule.name }));
    return standing.kind === 'fired' ? { result: standing.result, detail: standing.detail } : {};
  };

  const entry = ask('beforeEntry');
  if (Array.isArray(entry)) return entry;
  if (entry.result) return end(entry.result === 'SKIP' ? 'Skipped' : 'Failed', entry.detail);

  if (over) {
    const after = ask('onSuccess');
    if (Array.isArray(after)) return after;
    if (!after.result) return end('Succeeded');
    return [...rollBack(execution, stage, after.result, situation), ...end('Failed', after.detail)];
  }
  // The lowest run order that is not over. Actions next to a failed one finish; later run orders do not start.
  const unfinished = states.filter(({ state }) => state !== 'Succeeded' && state !== 'NotRehearsed');
  const order = Math.min(...unfinished.map(({ action }) => action.runOrder));
  const group = unfinished.filter(({ action }) => action.runOrder === order);
  const running = group.filter(({ state }) => state === 'Running').length;
  const waiting = group.filter(({ state }) => state === 'ToStart' || state === 'Interrupted');
  if (running > 0 || waiting.length > 0) {
    const room = definition.executionMode === 'PARALLEL' ? PARALLEL_ACTIONS - running : waiting.length;
    return start(waiting.slice(0, Math.max(0, room)));
  }
  const after = ask('onFailure');
  if (Array.isArray(after)) return after;
  return onFailure(execution, stage, after, situation, end);
}

/** What a failed stage does by itself (CodePipeline User Guide, "Configure stage rollback", "Configure stage retry": one attempt). */
function onFailure(
  execution: ExecutionState,
  stage: StageDefinition,
  fired: { result?: string; detail?: string },
  situation: Situation,
  end: (status: StageStatus, detail?: string) => Step[],
): Step[] {
  const state = execution.stages.get(stage.name);
  switch (fired.result) {
    case 'RETRY':
      if ((state?.automaticRetries ?? 0) > 0) return end('Failed', 'it failed again after its one automatic retry');
      return [
        {
          kind: 'retry-stage',
          executionId: execution.executionId,
          stage: stage.name,
          mode: stage.onFailure?.retryMode ?? 'FAILED_ACTIONS',
        },
      ];
    case 'SKIP':
      return end('Skipped', fired.detail);
    default:
      return [...rollBack(execution, stage, fired.result, situation), ...end('Failed', fired.detail)];
  }
}

/** The rollback begins before the stage ends, so that an engine that is killed between the two neither loses nor repeats it. */
function rollBack(
  execution: ExecutionState,
  stage: StageDefinition,
  result: string | undefined,
  { executions }: Situation,
): Step[] {
  if (result !== 'ROLLBACK' || execution.mode === 'ROLLBACK') return [];
  const { executionId } = execution;
  const attempt = execution.stages.get(stage.name)?.startedAt ?? '';
  const begun = executions.some(
    (one) => one.mode === 'ROLLBACK' && one.trigger.detail === executionId && one.startedAt >= attempt,
  );
  return begun ? [] : [{ kind: 'roll-back', executionId, stage: stage.name }];
}

/** Executions that wait before a stage: who enters, and who is superseded. */
function between(active: readonly ExecutionState[], situation: Situation): Step[] {
  const steps: Step[] = [];
  const waiting = active
    .map((execution) => {
      const definition = situation.definitionOf(execution);
      return {
        execution,
        definition,
        stage: stageOf(execution, definition) ? undefined : nextStage(execution, definition),
      };
    })
    .filter((one): one is typeof one & { stage: StageDefinition } => one.stage !== undefined);
  const mayEnter = ({ definition, stage }: (typeof waiting)[number]): boolean => {
    const at = definition.stages.indexOf(stage);
    const last = definition.stages.findIndex((one) => one.name === situation.until);
    return situation.enabled(stage.name) && (situation.until === undefined || at <= last);
  };
  const enter = ({ execution, stage }: (typeof waiting)[number]): void => {
    steps.push({ kind: 'enter-stage', executionId: execution.executionId, stage: stage.name });
  };
  waiting
    .filter(({ definition }) => definition.executionMode === 'PARALLEL')
    .filter(mayEnter)
    .forEach(enter);

  const ordered = waiting.filter(({ definition }) => definition.executionMode !== 'PARALLEL');
  for (const stage of new Set(ordered.map((one) => one.stage.name))) {
    const queue = ordered.filter((one) => one.stage.name === stage);
    const rollback = queue.find((one) => one.execution.mode === 'ROLLBACK');
    const standard = queue.filter((one) => one.execution.mode === 'STANDARD');
    const superseding = standard.at(-1);
    if (superseding?.definition.executionMode === 'SUPERSEDED')
      for (const { execution } of standard.slice(0, -1))
        steps.push({
          kind: 'end-execution',
          executionId: execution.executionId,
          status: 'Superseded',
          detail: `by ${superseding.execution.executionId}`,
        });
    const first = rollback ?? (superseding?.definition.executionMode === 'SUPERSEDED' ? superseding : standard[0]);
    const locked = active.some((execution) => {
      const held = execution.stages.get(stage)?.status;
      return held === 'InProgress' || held === 'Stopping';
    });
    if (first && !locked && mayEnter(first)) enter(first);
  }
  return steps;
}
