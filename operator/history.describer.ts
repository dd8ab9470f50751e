import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { Calls } from './aws';
import { listActions, listExecutions, pathOf, withSourceVariables } from './executions';
import type { History } from './history.shape';
import { plainLine } from '../model/plain-text';

/** The calls of {@link describeHistory}. */
export type HistoryCalls = Pick<Calls, 'listPipelineExecutions' | 'listActionExecutions'>;

/** The last `count` executions, and how long and how reliably each action ran in them. */
export async function describeHistory(aws: HistoryCalls, pipelineName: string, count: number): Promise<History> {
  const executions = await listExecutions(aws, pipelineName, count);
  const wanted = new Set(executions.map((one) => one.id));
  const actions = new Map<string, ActionExecutionDetail[]>();
  const oldest = Math.min(...executions.map((one) => Date.parse(one.startedAt ?? '')).filter(Number.isFinite));
  for await (const action of listActions(aws, pipelineName)) {
    const id = action.pipelineExecutionId ?? '';
    if (wanted.has(id)) actions.set(id, [...(actions.get(id) ?? []), action]);
    // Newest first: what began before the oldest execution of interest belongs to none of them.
    else if ((action.startTime?.getTime() ?? Infinity) < oldest) break;
  }
  const attempts = [...actions.values()].flat();
  const durations = executions.filter((one) => one.status === 'Succeeded').flatMap((one) => one.seconds ?? []);
  return {
    pipeline: pipelineName,
    executions: executions.map((one) => {
      const own = actions.get(one.id) ?? [];
      const failed = own.filter((action) => action.status === 'Failed').sort(byEnd)[0];
      const error = failed?.output?.executionResult?.errorDetails?.message;
      const byPath = new Map(own.map((action) => [pathOf(action), action]));
      return {
        ...one,
        revisions: one.revisions.map((revision) => withSourceVariables(revision, byPath)),
        ...(failed ? { failed: pathOf(failed) } : {}),
        ...(error ? { error: plainLine(error) } : {}),
      };
    }),
    ...(durations.length > 0
      ? { duration: { p50: percentile(durations, 50), p90: percentile(durations, 90), count: durations.length } }
      : {}),
    actions: statisticsOf(attempts),
  };
}

/** The value below which `percent` of the values lie: nearest rank. @param values not empty */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

function byEnd(a: ActionExecutionDetail, b: ActionExecutionDetail): number {
  return (a.lastUpdateTime?.getTime() ?? 0) - (b.lastUpdateTime?.getTime() ?? 0);
}

function statisticsOf(attempts: readonly ActionExecutionDetail[]): History['actions'] {
  const groups = new Map<string, ActionExecutionDetail[]>();
  for (const one of attempts) {
    if (one.status !== 'Succeeded' && one.status !== 'Failed') continue;
    groups.set(pathOf(one), [...(groups.get(pathOf(one)) ?? []), one]);
  }
  return [...groups].map(([action, all]) => {
    const failures = all.filter((one) => one.status === 'Failed').length;
    const seconds = all
      .filter((one) => one.status === 'Succeeded' && one.startTime && one.lastUpdateTime)
      .map((one) => ((one.lastUpdateTime?.getTime() ?? 0) - (one.startTime?.getTime() ?? 0)) / 1000);
    return {
      action,
      runs: all.length,
      failures,
      failureRate: failures / all.length,
      ...(seconds.length > 0 ? { p50: percentile(seconds, 50), p90: percentile(seconds, 90) } : {}),
    };
  });
}
