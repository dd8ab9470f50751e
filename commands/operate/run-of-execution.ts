import * as fs from 'node:fs';
import { readRun } from '../../engine/runs/event-log';
import type { Layout } from '../../model/layout';

/** The rehearsal's run that an execution belongs to: what `--resume` is given. */
export function runOfExecution(layout: Layout, executionId: string): string | undefined {
  if (!fs.existsSync(layout.runs())) return undefined;
  return fs
    .readdirSync(layout.runs())
    .sort()
    .reverse()
    .find((run) => {
      try {
        return readRun(layout.events(run)).executions.some((one) => one.executionId === executionId);
      } catch {
        return false;
      }
    });
}
