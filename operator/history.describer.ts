import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { Calls } from './aws';
import { listActions, listExecutions, pathOf, withSourceVariables } from './executions';
import { fourKeys, type Deployment } from './dora';
import type { History } from './history.shape';
import { percentile } from './percentile';
import { plainLine } from '../model/plain-text';
import type { Execution } from '../model/revision.shape';
import { unchangedNote } from '../model/unchanged';

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
    environments: fourKeys(
      executions.flatMap((one) => deploymentsOf(one, actions.get(one.id) ?? [])),
      { from: oldest, to: Date.now() },
    ),
  };
}

/** The deployments of an execution: its stages with deploy actions, once all of these have ended. */
function deploymentsOf(execution: Execution, actions: readonly ActionExecutionDetail[]): Deployment[] {
  const stages = [...new Set(actions.filter(isDeploy).map((one) => one.stageName ?? ''))];
  const written = actions
    .map((one) => Date.parse(one.output?.outputVariables?.AuthorDate ?? ''))
    .filter(Number.isFinite);
  return stages.flatMap((stage) => {
    const latest = new Map(
      [...actions]
        .filter((one) => one.stageName === stage)
        .sort(byEnd)
        .map((one) => [one.actionName, one]),
    );
    const own = [...latest.values()];
    if (own.some((one) => one.status === 'InProgress')) return [];
    const failed = own.some((one) => one.status === 'Failed');
    // Stopped in the middle, or still to come: neither a deployment nor a failure.
    if (!failed && execution.status !== 'Succeeded' && !isPast(stage, actions, own)) return [];
    return [
      {
        environment: stage,
        rollback: execution.type === 'ROLLBACK',
        status: failed ? ('Failed' as const) : ('Succeeded' as const),
        endedAt: Math.max(...own.map((one) => one.lastUpdateTime?.getTime() ?? 0)),
        ...(written.length > 0 ? { committedAt: Math.min(...written) } : {}),
      },
    ];
  });
}

/** Whether the execution has begun another stage since the last action of this one ended. */
function isPast(
  stage: string,
  actions: readonly ActionExecutionDetail[],
  own: readonly ActionExecutionDetail[],
): boolean {
  const end = Math.max(...own.map((one) => one.lastUpdateTime?.getTime() ?? 0));
  return actions.some((one) => one.stageName !== stage && (one.startTime?.getTime() ?? 0) >= end);
}

function isDeploy(action: ActionExecutionDetail): boolean {
  return action.input?.actionTypeId?.category === 'Deploy';
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
    const isUnchanged = (one: ActionExecutionDetail): boolean =>
      one.status === 'Succeeded' && unchangedNote(one.output?.outputVariables) !== undefined;
    const seconds = all
      .filter((one) => !isUnchanged(one))
      .filter((one) => one.status === 'Succeeded' && one.startTime && one.lastUpdateTime)
      .map((one) => ((one.lastUpdateTime?.getTime() ?? 0) - (one.startTime?.getTime() ?? 0)) / 1000);
    const unchanged = all.filter(isUnchanged).length;
    return {
      action,
      runs: all.length,
      failures,
      failureRate: failures / all.length,
      ...(unchanged > 0 ? { unchanged } : {}),
      ...(seconds.length > 0 ? { p50: percentile(seconds, 50), p90: percentile(seconds, 90) } : {}),
    };
  });
}
