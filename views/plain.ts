import type { RunEvent } from '../model/events';
import { firstLine, setIn } from '../model/plain-text';
import type { RunState } from '../model/run-state';
import { duration } from './duration';

/**
 * One event as a line for a log or a pipe; undefined for events that say nothing to a reader of lines. What comes from commits and commands
 * cannot draw on the terminal.
 */
export function plainLine(event: RunEvent, state: RunState): string | undefined {
  return lineOf(event, state);
}

function lineOf(event: RunEvent, state: RunState): string | undefined {
  const time = event.time.slice(11, 19);
  const line = (text: string): string => `${time} ${setIn(text, time.length + 1)}`;
  switch (event.kind) {
    case 'run.started':
      return line(`run ${event.runId}`);
    case 'run.resumed':
      return line(`run ${state.runId} continues`);
    case 'tool.checked':
      // What is here is said in one line before the run starts.
      if (event.status === 'found') return undefined;
      return line(`${event.name}: ${event.status}${event.detail ? ` (${event.detail})` : ''}`);
    case 'process.started':
      return line(`${event.name} runs${event.endpoint ? ` at ${event.endpoint}` : ''}`);
    case 'pipeline.defined':
      return line(
        `pipeline ${event.definition.name}: ${event.definition.stages.map((stage) => stage.name).join(' → ')}`,
      );
    case 'pipeline.mutated':
      return line('the pipeline was updated: it starts again');
    case 'execution.started':
      return line(`execution ${event.executionId} (${event.trigger.type})`);
    case 'execution.revisions':
      return event.revisions
        .map((one) =>
          line(
            `  ${one.repository} at ${one.commitId.slice(0, 8)}${one.uncommitted ? ' + uncommitted changes' : ''} ${firstLine(one.message)}`,
          ),
        )
        .join('\n');
    case 'stage.started':
      return line(`stage ${event.stage}`);
    case 'stage.ended':
      return line(`stage ${event.stage} ${event.status}`);
    case 'action.started':
      return line(`  ${event.stage}/${event.action} started`);
    case 'action.ended': {
      const action = state.executions
        .find((one) => one.executionId === event.executionId)
        ?.actions.get(`${event.stage}/${event.action}`);
      const took = action ? duration(action.startedAt, event.time) : '';
      const why = event.failure?.message ?? event.summary ?? event.missing?.join(', ');
      return line(`  ${event.stage}/${event.action} ${event.status} ${took}${why ? `: ${why}` : ''}`);
    }
    case 'approval.requested':
      return line(`  ${event.stage}/${event.action} waits for approval${event.message ? `: ${event.message}` : ''}`);
    case 'changeset.created':
      return line(`    ${event.stackName}: ${event.changes.length} changes`);
    case 'resource.status':
      return event.detail || /FAILED/.test(event.status)
        ? line(
            `    ${event.logicalId} ${event.status}${event.detail ? `: ${event.detail}` : ''}${event.reason ? `: ${event.reason}` : ''}`,
          )
        : undefined;
    case 'message':
      return line(
        `${event.level === 'limit' ? 'not followed' : event.level}: ${event.text}${event.where ? ` (${event.where})` : ''}`,
      );
    case 'endpoint.checked':
      return line(`${event.environment}: ${event.url} answers ${event.status} ${firstLine(event.body)}`);
    default:
      return undefined;
  }
}
