import type { RunEvent } from '../model/events';
import { firstLine, setIn } from '../model/plain-text';
import type { RunState } from '../model/run-state';
import { duration } from './duration';
import { failureWords } from './failure-words';
import { kindOf, rollbackSentence } from './execution-words';
import { clock } from './local-time';
import { unchangedNote } from '../model/unchanged';

/** How many lines a run has: `few` is what a person has to know while it runs, `all` is every line that there is. */
export type Detail = 'few' | 'all';

/** An action that took longer has a line of its own among the few, in seconds: so that nobody waits in silence for long. */
const LONG = 60;

/**
 * One event as a line for a log or a pipe; undefined for events that say nothing to a reader of lines. What comes from commits and commands
 * cannot draw on the terminal.
 */
export function plainLine(event: RunEvent, state: RunState, detail: Detail = 'all'): string | undefined {
  const text = detail === 'few' && !isKept(event, state) ? undefined : textOf(event, state);
  if (text === undefined) return undefined;
  const time = clock(event.time);
  return text.map((one) => `${time} ${setIn(one, time.length + 1)}`).join('\n');
}

/** Whether an event is among the few: what differs from AWS is counted at the end, and what goes well is told by its stage. */
function isKept(event: RunEvent, state: RunState): boolean {
  switch (event.kind) {
    case 'process.started':
      return event.endpoint !== undefined && event.name === 'AWS endpoint';
    case 'stage.started':
    case 'action.started':
    case 'changeset.created':
      return false;
    case 'action.ended':
      return (
        event.status !== 'Succeeded' ||
        secondsOf(event, state) >= LONG ||
        unchangedNote(event.outputVariables) !== undefined
      );
    case 'resource.status':
      return event.status.includes('FAILED');
    case 'endpoint.checked':
      return event.status !== 200;
    case 'message':
      return event.level !== 'limit' && state.messages.filter((one) => one.text === event.text).length < 2;
    default:
      return true;
  }
}

function textOf(event: RunEvent, state: RunState): string[] | undefined {
  switch (event.kind) {
    case 'run.started':
      return [`run ${event.runId}`];
    case 'run.resumed':
      return [`run ${state.runId} continues`];
    case 'tool.checked':
      // What is here is said in one line before the run starts.
      if (event.status === 'found') return undefined;
      return [`${event.name}: ${event.status}${event.detail ? ` (${event.detail})` : ''}`];
    case 'process.started':
      return [`${event.name} runs${event.endpoint ? ` at ${event.endpoint}` : ''}`];
    case 'pipeline.defined':
      return [`pipeline ${event.definition.name}: ${event.definition.stages.map((stage) => stage.name).join(' → ')}`];
    case 'pipeline.mutated':
      return ['the pipeline has updated itself and starts again'];
    case 'execution.started': {
      const execution = state.executions.find((one) => one.executionId === event.executionId);
      return [`execution ${event.executionId.slice(0, 8)}: ${execution ? kindOf(execution) : event.trigger.type}`];
    }
    case 'execution.ended': {
      const execution = state.executions.find((one) => one.executionId === event.executionId);
      return execution?.mode === 'ROLLBACK' ? [rollbackSentence(execution)] : undefined;
    }
    case 'execution.revisions':
      return event.revisions.map(
        (one) =>
          `  ${one.repository} at ${one.commitId.slice(0, 8)}${one.uncommitted ? ' + uncommitted changes' : ''} ${firstLine(one.message)}`,
      );
    case 'stage.started':
      return [`stage ${event.stage}`];
    case 'stage.ended': {
      const execution = state.executions.find((one) => one.executionId === event.executionId);
      const startedAt = execution?.stages.get(event.stage)?.startedAt;
      return [`stage ${event.stage} ${event.status}${startedAt ? ` ${duration(startedAt, event.time)}` : ''}`];
    }
    case 'action.started':
      return [`  ${event.stage}/${event.action} started`];
    case 'action.ended': {
      const took = duration(
        new Date(Date.parse(event.time) - secondsOf(event, state) * 1000).toISOString(),
        event.time,
      );
      const status = event.status === 'NotRehearsed' ? 'not rehearsed' : event.status;
      const why = (event.failure && failureWords(event.failure.message)) ?? event.summary ?? event.missing?.join(', ');
      const unchanged = unchangedNote(event.outputVariables);
      return [
        `  ${event.stage}/${event.action} ${status}${unchanged ? ` (${unchanged})` : ''} ${took}${why ? `: ${why}` : ''}`,
      ];
    }
    case 'approval.requested':
      return [`  ${event.stage}/${event.action} waits for approval${event.message ? `: ${event.message}` : ''}`];
    case 'approval.decided':
      return [
        `  ${event.stage}/${event.action} ${event.status.toLowerCase()} by ${event.by}${event.comment ? `: ${event.comment}` : ''}`,
      ];
    case 'changeset.created':
      return [`    ${event.stackName}: ${event.changes.length} ${event.changes.length === 1 ? 'change' : 'changes'}`];
    case 'resource.status':
      return event.detail || /FAILED/.test(event.status)
        ? [
            `    ${event.logicalId} ${event.status}${event.detail ? `: ${event.detail}` : ''}${event.reason ? `: ${event.reason}` : ''}`,
          ]
        : undefined;
    case 'message':
      return [
        `${event.level === 'limit' ? 'differs from AWS' : event.level}: ${event.text}${event.where ? ` (${event.where})` : ''}`,
      ];
    case 'endpoint.checked':
      return [`${event.environment}: ${event.url} answers ${event.status} ${firstLine(event.body)}`];
    default:
      return undefined;
  }
}

function secondsOf(event: Extract<RunEvent, { kind: 'action.ended' }>, state: RunState): number {
  const action = state.executions
    .find((one) => one.executionId === event.executionId)
    ?.actions.get(`${event.stage}/${event.action}`);
  return action ? (Date.parse(event.time) - Date.parse(action.startedAt)) / 1000 : 0;
}
