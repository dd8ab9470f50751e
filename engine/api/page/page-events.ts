import * as fs from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pageJson } from './page-json';
import type { RunState } from '../../../model/run-state';
import type { RunDigest } from '../../runs/run-digest';
import type { Runs } from '../../runs/runs';

/** How often the event log is looked at, in milliseconds: also another process may write it. */
const INTERVAL = 250;
/** A comment line keeps proxies and the browser from giving up on a quiet run, in milliseconds. */
const HEARTBEAT = 15_000;

/**
 * Sends a run as server-sent events (HTML Standard, "Server-sent events"): its view now, and again whenever its log has grown or its engine
 * came or went. Ends when the browser leaves.
 */
export function followRun(
  runs: Runs,
  runId: string,
  response: ServerResponse,
  view: (state: RunState, digest: RunDigest) => unknown,
): void {
  const file = runs.layout.events(runId);
  let sent = '';
  const push = (): void => {
    let data: string;
    try {
      data = pageJson(view(runs.open(runId), runs.digest(runId)));
    } catch {
      // A line that is being written: the next look has it whole.
      return;
    }
    if (data === sent) return;
    sent = data;
    response.write(`event: run\ndata: ${data}\n\n`);
  };
  let size = -1;
  let looked = 0;
  const look = (): void => {
    const now = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    looked++;
    // Whether the engine still lives is not in the log: look at that now and then.
    if (now !== size || looked % 8 === 0) push();
    size = now;
  };
  look();
  const timer = setInterval(look, INTERVAL);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT);
  response.once('close', () => {
    clearInterval(timer);
    clearInterval(heartbeat);
  });
}
