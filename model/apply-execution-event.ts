import type { RunEvent } from './events';
import type { ActionState, ExecutionState } from './run-state';

/** The events that change an execution that has begun. */
type ExecutionEventKind =
  | 'execution.revisions'
  | 'execution.ended'
  | 'stage.started'
  | 'execution.stopping'
  | 'stage.ended'
  | 'action.started'
  | 'action.ended'
  | 'approval.requested'
  | 'approval.decided'
  | 'condition.evaluated';

/** Takes an event of an execution into it, in place. */
export function applyExecutionEvent(
  execution: ExecutionState,
  event: Extract<RunEvent, { kind: ExecutionEventKind }>,
): void {
  switch (event.kind) {
    case 'execution.revisions': {
      // A source action that runs again replaces what it took before.
      const again = new Set(event.revisions.map((one) => one.actionName));
      execution.revisions = [...execution.revisions.filter((one) => !again.has(one.actionName)), ...event.revisions];
      break;
    }
    case 'execution.ended':
      execution.status = event.status;
      execution.endedAt = event.time;
      if (event.detail) execution.detail = event.detail;
      break;
    case 'stage.started':
      startStage(execution, event);
      break;
    case 'execution.stopping': {
      execution.status = 'Stopping';
      execution.stopping = { abandon: event.abandon, ...(event.reason ? { reason: event.reason } : {}) };
      const stage = [...execution.stages.values()].find((one) => one.status === 'InProgress');
      if (stage) stage.status = 'Stopping';
      break;
    }
    case 'stage.ended': {
      const stage = execution.stages.get(event.stage);
      if (stage)
        Object.assign(stage, {
          status: event.status,
          endedAt: event.time,
          ...(event.detail ? { detail: event.detail } : {}),
        });
      break;
    }
    case 'action.started': {
      const action: ActionState = {
        stage: event.stage,
        action: event.action,
        actionExecutionId: event.actionExecutionId,
        provider: event.provider,
        category: event.category,
        runOrder: event.runOrder,
        configuration: event.configuration,
        inputArtifacts: event.inputArtifacts,
        startedAt: event.time,
        status: 'InProgress',
      };
      execution.actions.set(`${event.stage}/${event.action}`, action);
      // An interrupted action that continues in a resumed run keeps its id: it is the same execution of it.
      const known = execution.actionExecutions.findIndex((one) => one.actionExecutionId === event.actionExecutionId);
      if (known < 0) execution.actionExecutions.push(action);
      else execution.actionExecutions[known] = action;
      break;
    }
    case 'action.ended': {
      const action = execution.actions.get(`${event.stage}/${event.action}`);
      if (action) {
        const {
          status,
          failure,
          outputVariables,
          outputArtifacts,
          externalExecutionId,
          summary,
          missing,
          commandSeconds,
        } = event;
        Object.assign(action, {
          status,
          failure,
          outputVariables,
          outputArtifacts,
          externalExecutionId,
          summary,
          missing,
          commandSeconds,
          endedAt: event.time,
        });
      }
      break;
    }
    case 'approval.requested': {
      const action = execution.actions.get(`${event.stage}/${event.action}`);
      if (action)
        action.approval = {
          token: event.token,
          deadline: event.deadline,
          ...(event.message ? { message: event.message } : {}),
        };
      break;
    }
    case 'approval.decided': {
      const action = execution.actions.get(`${event.stage}/${event.action}`);
      if (action?.approval)
        Object.assign(action.approval, { status: event.status, by: event.by, comment: event.comment });
      break;
    }
    case 'condition.evaluated':
      execution.conditions.push({
        stage: event.stage,
        condition: event.condition,
        rule: event.rule,
        provider: event.provider,
        status: event.status,
        ...(event.result ? { result: event.result } : {}),
        ...(event.detail ? { detail: event.detail } : {}),
        time: event.time,
      });
      break;
  }
}

/** A stage begins, or begins again: then what is to run again is forgotten, and the execution continues. */
function startStage(execution: ExecutionState, event: Extract<RunEvent, { kind: 'stage.started' }>): void {
  const { stage, retry, override } = event;
  const before = execution.stages.get(stage);
  if (override && before) {
    const { startedAt, attempt, automaticRetries, overridden, conditionsFrom } = before;
    const again = { startedAt, attempt, automaticRetries, conditionsFrom };
    execution.stages.set(stage, { ...again, status: 'InProgress', overridden: [...overridden, override] });
  } else
    execution.stages.set(stage, {
      status: 'InProgress',
      startedAt: event.time,
      attempt: event.attempt ?? (before?.attempt ?? 0) + 1,
      automaticRetries: (before?.automaticRetries ?? 0) + (retry?.trigger === 'AutomatedStageRetry' ? 1 : 0),
      overridden: [],
      conditionsFrom: execution.conditions.length,
    });
  execution.status = 'InProgress';
  delete execution.endedAt;
  delete execution.detail;
  delete execution.stopping;
  if (!retry) return;
  for (const [path, action] of execution.actions) {
    const again = retry.mode === 'ALL_ACTIONS' || action.status === 'Failed' || action.status === 'Abandoned';
    if (action.stage === stage && again) execution.actions.delete(path);
  }
}
