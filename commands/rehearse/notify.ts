import { spawn } from 'node:child_process';
import type { RunEvent } from '../../model/events';
import type { RunState } from '../../model/run-state';
import { say } from '../output/print';

/** What a notification's command is told, as environment variables. */
export interface Notice {
  readonly event: 'waiting' | 'ended';
  readonly summary: string;
}

/** Whether an event is one that a person who does not look wants to hear of: an approval that waits, a verdict. */
export function noticeOf(event: RunEvent): Notice | undefined {
  if (event.kind === 'approval.requested')
    return { event: 'waiting', summary: `${event.stage}/${event.action} waits for approval` };
  return event.kind === 'run.ended' && event.verdict !== 'waiting'
    ? { event: 'ended', summary: event.summary }
    : undefined;
}

/**
 * Runs a person's command in a shell of its own: SAIONDO_EVENT is `waiting` or `ended`, SAIONDO_SUMMARY says what, SAIONDO_VERDICT, SAIONDO_RUN and
 * SAIONDO_PIPELINE say of what. The run does not wait for it, and a command that fails is said, no more.
 */
export function notify(command: string, { event, summary }: Notice, state: RunState): void {
  const child = spawn('/bin/sh', ['-c', command], {
    stdio: 'ignore',
    env: {
      ...process.env,
      SAIONDO_EVENT: event,
      SAIONDO_SUMMARY: summary,
      SAIONDO_VERDICT: state.verdict ?? '',
      SAIONDO_RUN: state.runId,
      SAIONDO_PIPELINE: state.pipeline,
    },
  });
  child.on('error', (error) => say(`--notify: ${error.message}`));
  child.on('exit', (code) => {
    if (code) say(`--notify: the command ended with exit code ${code}`);
  });
}
