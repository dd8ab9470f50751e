import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { Calls } from '../aws';
import type { CommitLog } from '../commit-log';
import { listActions, listExecutions, pathOf } from '../executions';
import type { Execution, Revision } from '../../model/revision.shape';
import type { Since } from './evidence/triage.shape';

/** The calls of {@link describeSince}. */
export type SinceCalls = Pick<Calls, 'listActionExecutions' | 'listPipelineExecutions'>;

/** How far back an action's last pass is looked for: in executions of the pipeline. */
const EXECUTIONS = 100;

/**
 * Since when an action fails: the last execution in which it passed and the first after that in which it failed, with their commits. A
 * commit that never reached the action is named only where a checkout of the repository is here.
 * @param sources the revisions of the execution that failed, with the repositories that they are of
 */
export async function describeSince(
  aws: SinceCalls,
  pipelineName: string,
  failed: ActionExecutionDetail,
  sources: readonly Revision[],
  commits: CommitLog,
): Promise<Since> {
  const executions = await listExecutions(aws, pipelineName, EXECUTIONS);
  const known = new Map(executions.map((one) => [one.id, one]));
  let first = failed;
  let passed: ActionExecutionDetail | undefined;
  const seen = new Set<string>();
  for await (const action of listActions(aws, pipelineName)) {
    seen.add(action.pipelineExecutionId ?? '');
    if (seen.size > EXECUTIONS) break;
    if (pathOf(action) !== pathOf(failed)) continue;
    if ((action.startTime?.getTime() ?? 0) > (failed.startTime?.getTime() ?? 0)) continue;
    if (action.status === 'Succeeded') {
      passed = action;
      break;
    }
    if (action.status === 'Failed') first = action;
  }
  const at = (action: ActionExecutionDetail): Since['firstFailed'] => ({
    executionId: action.pipelineExecutionId ?? '',
    ...(action.startTime ? { at: action.startTime.toISOString() } : {}),
    revisions: known.get(action.pipelineExecutionId ?? '')?.revisions ?? [],
  });
  const between =
    passed &&
    (await commitsBetween(known.get(passed.pipelineExecutionId ?? ''), at(first).revisions, (from, to, source) =>
      commits(from, to, sources.find((one) => one.source === source)?.repository),
    ));
  return {
    ...(passed ? { lastPassed: at(passed) } : {}),
    firstFailed: at(first),
    ...(between ? { commits: between } : {}),
  };
}

async function commitsBetween(
  passed: Execution | undefined,
  failed: readonly Revision[],
  commits: (from: string, to: string, source: string) => ReturnType<CommitLog>,
): Promise<Since['commits']> {
  const found = await Promise.all(
    failed.map(async (revision) => {
      const before = passed?.revisions.find((one) => one.source === revision.source);
      return before && before.commit !== revision.commit
        ? await commits(before.commit, revision.commit, revision.source)
        : undefined;
    }),
  );
  // Two sources of one repository bring the same commits.
  const all = new Map(found.flatMap((one) => one ?? []).map((one) => [one.commit, one]));
  return all.size > 0 ? [...all.values()] : undefined;
}
