import { SaiondoError } from '../../model/errors';
import type { KnownExecution } from '../codepipeline/execution/known-execution';
import type { Runs } from '../runs/runs';

/** The executions of a pipeline in the runs on disk, the oldest first: known by their runs' digests; a log is read only for what is asked of it. */
export function earlierExecutions(runs: Runs, pipeline: string): KnownExecution[] {
  return runs
    .list()
    .reverse()
    .filter((run) => run.pipeline === pipeline)
    .flatMap(({ runId, executions }) =>
      executions.map((digest): KnownExecution => {
        const { executionId, startedAt, structureVersion, mode, status } = digest;
        return {
          runId,
          open: false,
          executionId,
          startedAt,
          structureVersion,
          mode,
          status,
          stageStatus: (stage) => digest.stages.find((one) => one.name === stage)?.status,
          state: () => {
            const execution = runs.open(runId).executions.find((one) => one.executionId === executionId);
            if (execution) return execution;
            throw new SaiondoError(`the run ${runId} has no execution ${executionId} any more`, {
              code: 'RUN_MISSING',
            });
          },
        };
      }),
    );
}
