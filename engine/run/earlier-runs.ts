import * as fs from 'node:fs';
import type { KnownExecution } from '../codepipeline/requests';
import type { Layout } from '../../model/layout';
import { readRun } from './event-log';

/**
 * The executions of a pipeline in the runs on disk, the oldest first. Every log is read: it is asked for a retry, a rollback or a stop only. A log that
 * cannot be read (of a newer version, damaged) has none.
 */
export function earlierExecutions(layout: Layout, pipeline: string): KnownExecution[] {
  if (!fs.existsSync(layout.runs())) return [];
  return fs
    .readdirSync(layout.runs())
    .sort()
    .flatMap((runId) => {
      try {
        const state = readRun(layout.events(runId));
        return state.definition?.name === pipeline
          ? state.executions.map((execution) => ({ runId, execution, open: false }))
          : [];
      } catch {
        return [];
      }
    });
}
