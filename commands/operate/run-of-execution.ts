import * as fs from 'node:fs';
import type { Layout } from '../../model/layout';

/**
 * The rehearsal's run that an execution belongs to: what `--resume` is given. The newest run comes first, and of an event log only the lines that
 * begin an execution are understood: a folder may hold many long runs.
 */
export function runOfExecution(layout: Layout, executionId: string): string | undefined {
  if (!fs.existsSync(layout.runs())) return undefined;
  return fs
    .readdirSync(layout.runs())
    .sort()
    .reverse()
    .find((run) => begins(layout.events(run), executionId));
}

function begins(file: string, executionId: string): boolean {
  try {
    const text = fs.readFileSync(file, 'utf8');
    return (
      text.includes(executionId) &&
      text
        .split('\n')
        .some((line) => line.includes('"execution.started"') && line.includes(`"executionId":"${executionId}"`))
    );
  } catch {
    return false;
  }
}
