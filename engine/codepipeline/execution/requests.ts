import { SaiondoError } from '../../../model/errors';
import { actionPath, type PipelineDefinition, type StageDefinition } from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';
import { standingOf } from './conditions';
import type { PipelineControl } from '../../ports/pipeline-control';
import { isActive } from './decide';
import type { KnownExecution } from './known-execution';
import { isRollbackTarget } from './rollback';

/** A change of a transition, named by the stage that it leads into. */
export interface StageTransition {
  readonly stage: string;
  readonly enabled: boolean;
  readonly reason?: string;
  readonly by?: string;
}

type Request<K extends keyof PipelineControl> = Parameters<PipelineControl[K]>[0];

/** Concurrent executions of a pipeline in QUEUED or PARALLEL mode (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
export const CONCURRENT_EXECUTIONS = 50;

function refuse(code: string, message: string, next?: string): never {
  throw new SaiondoError(message, { code, ...(next ? { next } : {}) });
}

function checkPipeline(name: string, pipeline: PipelineDefinition): void {
  if (name !== pipeline.name)
    refuse('PipelineNotFoundException', `there is no pipeline ${name}`, `this session runs ${pipeline.name}`);
}

function checkStage(name: string, pipeline: PipelineDefinition): StageDefinition {
  return (
    pipeline.stages.find((stage) => stage.name === name) ??
    refuse(
      'StageNotFoundException',
      `${pipeline.name} has no stage ${name}`,
      `its stages: ${pipeline.stages.map((stage) => stage.name).join(', ')}`,
    )
  );
}

/** A newer execution that has entered a stage. */
function newerIn(stage: string, than: KnownExecution, known: readonly KnownExecution[]): KnownExecution | undefined {
  return known.slice(known.indexOf(than) + 1).find((one) => one.stageStatus(stage) !== undefined);
}

/** The execution that runs in a stage now. */
function holderOf(stage: string, known: readonly KnownExecution[]): KnownExecution | undefined {
  return known.find((one) => one.open && ['InProgress', 'Stopping'].includes(one.stageStatus(stage) ?? ''));
}

/** API Reference, StartPipelineExecution. @throws SaiondoError with the API's code */
export function checkStart(
  request: Request<'startPipelineExecution'>,
  pipeline: PipelineDefinition,
  executions: readonly ExecutionState[],
): void {
  checkPipeline(request.name, pipeline);
  const given = Object.keys(request.variables ?? {});
  const names = pipeline.variables.map((one) => one.name);
  const unknown = given.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    refuse(
      'ValidationException',
      `${pipeline.name} has no variable ${unknown.join(', ')}`,
      `its variables: ${names.join(', ') || 'none'}`,
    );
  for (const [name, value] of Object.entries(request.variables ?? {}))
    if (value.length < 1 || value.length > 1000)
      refuse('ValidationException', `the variable ${name} has ${value.length} characters; expected 1 to 1000`);
  const required = pipeline.variables.filter((one) => one.defaultValue === undefined && !given.includes(one.name));
  if (required.length > 0)
    refuse(
      'ValidationException',
      `${required.map((one) => one.name).join(', ')} has no default and no value was given`,
      'give every variable without a default a value',
    );
  const sources = pipeline.stages[0]?.actions ?? [];
  for (const { actionName } of request.sourceRevisions ?? [])
    if (!sources.some((action) => action.name === actionName))
      refuse(
        'ValidationException',
        `${pipeline.name} has no source action ${actionName}`,
        `its source actions: ${sources.map((action) => action.name).join(', ')}`,
      );
  const active = executions.filter(isActive).length;
  if (pipeline.executionMode !== 'SUPERSEDED' && active >= CONCURRENT_EXECUTIONS)
    refuse(
      'ConcurrentPipelineExecutionsLimitExceededException',
      `${active} executions run; ${pipeline.executionMode} mode takes ${CONCURRENT_EXECUTIONS}`,
    );
}

/** The execution that a request names. @param code the API's own for one that there is not */
function executionOf(
  executionId: string,
  known: readonly KnownExecution[],
  code: Parameters<typeof refuse>[0],
): KnownExecution {
  return (
    known.find((one) => one.executionId === executionId) ??
    refuse(code, `there is no execution ${executionId}`, 'list the executions')
  );
}

/** API Reference, StopPipelineExecution. @throws SaiondoError with the API's code */
export function checkStop(
  request: Request<'stopPipelineExecution'>,
  pipeline: PipelineDefinition,
  known: readonly KnownExecution[],
): KnownExecution {
  checkPipeline(request.pipelineName, pipeline);
  const found = known.find((one) => one.executionId === request.pipelineExecutionId);
  if (!found || !isActive(found))
    return refuse(
      'PipelineExecutionNotStoppableException',
      `the execution ${request.pipelineExecutionId} ${found ? `is ${found.status}` : 'is not in progress'}`,
    );
  const { stopping } = found.state();
  if (stopping && (stopping.abandon || !request.abandon))
    refuse('DuplicatedStopRequestException', `the execution ${found.executionId} is being stopped already`);
  return found;
}

/** API Reference, RetryStageExecution; User Guide, "Configure stage retry". @throws SaiondoError with the API's code */
export function checkRetry(
  request: Request<'retryStageExecution'>,
  pipeline: PipelineDefinition,
  known: readonly KnownExecution[],
): KnownExecution {
  checkPipeline(request.pipelineName, pipeline);
  const stage = checkStage(request.stageName, pipeline);
  const found = executionOf(request.pipelineExecutionId, known, 'PipelineExecutionNotFoundException');
  const status = found.stageStatus(stage.name);
  const notRetryable = (why: string): never =>
    refuse('StageNotRetryableException', `${stage.name} of ${found.executionId} cannot be retried: ${why}`);
  if (found.structureVersion !== pipeline.structureVersion) notRetryable('the pipeline’s structure has changed since');
  if (found.open && isActive(found)) notRetryable('the execution is in progress');
  if (!isActive(found) && status !== 'Failed' && status !== 'Stopped')
    notRetryable(`it is ${status ?? 'not reached'}, not failed`);
  refuseHeld(stage.name, found, pipeline, known, 'start the pipeline again, or roll the stage back');
  return found;
}

/** Outside of PARALLEL mode a stage that a newer execution has entered, or that one is in, is not given back to an older one. */
function refuseHeld(
  stage: string,
  found: KnownExecution,
  { executionMode }: PipelineDefinition,
  known: readonly KnownExecution[],
  next: string,
): void {
  if (executionMode === 'PARALLEL') return;
  const newer = newerIn(stage, found, known);
  if (newer)
    refuse(
      'NotLatestPipelineExecutionException',
      `${newer.executionId}, which is newer, has entered ${stage} since`,
      next,
    );
  const holder = holderOf(stage, known);
  if (holder) refuse('ConflictException', `${holder.executionId} is in ${stage}`, 'ask again when it has left');
}

/** API Reference, OverrideStageCondition; User Guide, "Override a stage condition". @throws SaiondoError with the API's code */
export function checkOverride(
  request: Request<'overrideStageCondition'>,
  pipeline: PipelineDefinition,
  known: readonly KnownExecution[],
): KnownExecution {
  checkPipeline(request.pipelineName, pipeline);
  const stage = checkStage(request.stageName, pipeline);
  const found = executionOf(request.pipelineExecutionId, known, 'ValidationException');
  const notOverridable = (why: string): never =>
    refuse(
      'ConditionNotOverridableException',
      `the ${request.condition} condition of ${stage.name} cannot be overridden: ${why}`,
    );
  if (found.structureVersion !== pipeline.structureVersion)
    notOverridable('the pipeline’s structure has changed since');
  const status = found.stageStatus(stage.name);
  if (status !== 'Failed') notOverridable(`the stage is ${status ?? 'not reached'}, not failed`);
  const standing = standingOf(found.state(), stage, request.condition);
  if (standing.kind !== 'fired' || standing.result !== 'FAIL') notOverridable('it is not what has failed the stage');
  refuseHeld(stage.name, found, pipeline, known, 'start the pipeline again');
  return found;
}

/** API Reference, RollbackStage; User Guide, "Configure stage rollback". @throws SaiondoError with the API's code */
export function checkRollback(
  request: Request<'rollbackStage'>,
  pipeline: PipelineDefinition,
  known: readonly KnownExecution[],
): KnownExecution {
  checkPipeline(request.pipelineName, pipeline);
  const stage = checkStage(request.stageName, pipeline);
  const target = executionOf(request.targetPipelineExecutionId, known, 'PipelineExecutionNotFoundException');
  const unable = (why: string): never =>
    refuse('UnableToRollbackStageException', `${stage.name} cannot be rolled back: ${why}`);
  if (pipeline.executionMode === 'PARALLEL') unable('a pipeline in PARALLEL mode has no rollback');
  if (stage === pipeline.stages[0]) unable('it is the source stage');
  if (target.structureVersion !== pipeline.structureVersion)
    refuse(
      'PipelineExecutionOutdatedException',
      `${target.executionId} ran by another structure of ${pipeline.name}`,
      'a target is of the pipeline’s present structure',
    );
  if (target.mode === 'ROLLBACK') unable(`${target.executionId} is a rollback itself`);
  if (!isRollbackTarget(stage.name, target, pipeline))
    unable(`${target.executionId} did not succeed there: it is ${target.stageStatus(stage.name) ?? 'not reached'}`);
  const running = holderOf(stage.name, known);
  if (running) unable(`${running.executionId} runs in it`);
  return target;
}

/** API Reference, PutApprovalResult. @throws SaiondoError with the API's code */
export function checkApproval(
  request: Request<'putApprovalResult'>,
  pipeline: PipelineDefinition,
  known: readonly KnownExecution[],
): KnownExecution {
  checkPipeline(request.pipelineName, pipeline);
  const stage = checkStage(request.stageName, pipeline);
  const action = stage.actions.find((one) => one.name === request.actionName);
  if (action?.category !== 'Approval')
    refuse(
      'ActionNotFoundException',
      `${stage.name} has no approval ${request.actionName}`,
      `its approvals: ${stage.actions.flatMap((one) => (one.category === 'Approval' ? [one.name] : [])).join(', ') || 'none'}`,
    );
  const path = actionPath(request.stageName, request.actionName);
  // The approvals of an earlier run wait only where it has not ended.
  const waiting = known.filter((one) => one.open || isActive(one));
  const byToken = waiting.find((one) =>
    one
      .state()
      .actionExecutions.some(
        (action) => actionPath(action.stage, action.action) === path && action.approval?.token === request.token,
      ),
  );
  const state = byToken?.state().actions.get(path);
  const overtaken = byToken && !byToken.open && newerIn(stage.name, byToken, known);
  if (!byToken || state?.approval?.token !== request.token || overtaken)
    return refuse(
      'InvalidApprovalTokenException',
      `the token is not that of the approval that waits at ${path}`,
      'read the state again and decide on what it shows',
    );
  if (state.status !== 'InProgress' || !isActive(byToken))
    refuse('ApprovalAlreadyCompletedException', `${path} is ${state.approval.status ?? state.status} already`);
  return byToken;
}

/** API Reference, EnableStageTransition and DisableStageTransition. The way out of a stage is the way into the next. @throws SaiondoError */
export function checkTransition(request: Request<'setStageTransition'>, pipeline: PipelineDefinition): StageTransition {
  checkPipeline(request.pipelineName, pipeline);
  const stage = checkStage(request.stageName, pipeline);
  const at = pipeline.stages.indexOf(stage);
  const into = request.transitionType === 'Inbound' ? stage : pipeline.stages[at + 1];
  if (!into || (request.transitionType === 'Inbound' && at === 0))
    return refuse(
      'ValidationException',
      `${stage.name} is the ${at === 0 ? 'first' : 'last'} stage: it has no ${request.transitionType.toLowerCase()} transition`,
    );
  if (!request.enabled && !request.reason)
    refuse('ValidationException', 'a transition is disabled with a reason', 'say why, in at most 300 characters');
  const { enabled, reason, by } = request;
  return { stage: into.name, enabled, ...(reason ? { reason } : {}), ...(by ? { by } : {}) };
}
