import { applyBuildEvent } from './apply-build-event';
import { applyExecutionEvent } from './apply-execution-event';
import type { RunEvent } from './events';
import type { RunState } from './run-state';

/** Takes one more event into the state, in place. Events of a newer version that are not known are passed over. */
export function applyEvent(run: RunState, event: RunEvent): RunState {
  run.sequence = event.sequence;
  const execution =
    'executionId' in event ? run.executions.find((one) => one.executionId === event.executionId) : undefined;
  switch (event.kind) {
    case 'run.started':
      run.runId = event.runId;
      run.pipeline = event.pipeline;
      run.startedAt = event.time;
      run.pid = event.pid;
      break;
    case 'run.resumed':
      run.pid = event.pid;
      // What was said of the executions before does not hold for those that come.
      delete run.verdict;
      delete run.summary;
      delete run.exitCode;
      delete run.endedAt;
      break;
    case 'tool.checked':
      run.tools.push({
        name: event.name,
        status: event.status,
        ...(event.detail ? { detail: event.detail } : {}),
        neededBy: event.neededBy,
      });
      break;
    case 'pipeline.defined':
      run.definition = event.definition;
      // Of another app's assembly nobody knows the name before.
      run.pipeline = event.definition.name;
      if (run.definitions.at(-1)?.structureVersion !== event.definition.structureVersion)
        run.definitions.push(event.definition);
      break;
    case 'execution.started':
      run.executions.push({
        executionId: event.executionId,
        structureVersion: event.structureVersion,
        trigger: event.trigger,
        mode: event.mode ?? 'STANDARD',
        ...(event.rollbackTarget ? { rollbackTarget: event.rollbackTarget } : {}),
        ...(event.stage ? { rollbackStage: event.stage } : {}),
        ...(event.namespaces ? { namespaces: event.namespaces } : {}),
        ...(event.notRehearsed ? { notRehearsed: event.notRehearsed } : {}),
        variables: event.variables ?? {},
        sourceRevisions: event.sourceRevisions ?? [],
        startedAt: event.time,
        status: 'InProgress',
        revisions: event.revisions ?? [],
        stages: new Map(),
        actions: new Map(),
        actionExecutions: [],
        conditions: [],
      });
      break;
    case 'execution.revisions':
    case 'execution.ended':
    case 'stage.started':
    case 'execution.stopping':
    case 'stage.ended':
    case 'action.started':
    case 'action.ended':
    case 'approval.requested':
    case 'approval.decided':
    case 'condition.evaluated':
      if (execution) applyExecutionEvent(execution, event);
      break;
    case 'build.started':
    case 'build.phase.started':
    case 'build.phase.ended':
    case 'build.command.started':
    case 'build.command.ended':
    case 'build.report':
    case 'build.ended':
      applyBuildEvent(run.builds, event);
      break;
    case 'changeset.created':
      run.changeSets.push({
        environment: event.environment,
        stackName: event.stackName,
        changes: event.changes,
        ...(event.stage ? { stage: event.stage } : {}),
        ...(event.action ? { action: event.action } : {}),
      });
      break;
    case 'message':
      run.messages.push({
        level: event.level,
        text: event.text,
        time: event.time,
        ...(event.where ? { where: event.where } : {}),
        ...(event.finding ? { finding: true } : {}),
      });
      break;
    case 'endpoint.checked':
      run.endpoints.push({
        environment: event.environment,
        name: event.name,
        url: event.url,
        status: event.status,
        body: event.body,
      });
      break;
    case 'run.ended':
      run.verdict = event.verdict;
      run.summary = event.summary;
      run.exitCode = event.exitCode;
      run.endedAt = event.time;
      break;
    case 'transition.changed':
      run.transitions.set(event.stage, {
        enabled: event.enabled,
        ...(event.reason ? { reason: event.reason } : {}),
        ...(event.by ? { by: event.by } : {}),
        changedAt: event.time,
      });
      break;
    case 'process.started':
    case 'process.stopped':
    case 'pipeline.mutated':
      break;
    case 'stack.status':
    case 'resource.status':
      run.stackEvents.push(event);
      break;
  }
  return run;
}
