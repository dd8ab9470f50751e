import { knownNames } from '../../model/nearest';
import { SaiondoError } from '../../model/errors';
import type { Calls } from '../aws';
import { listExecutions } from '../executions';
import { describeDifference, type DifferenceTools } from './difference.describer';
import { executed, succeededIn } from './promotion.describer';
import type { Rollback } from '../../model/promotion.shape';

/** The calls of {@link describeRollback}. */
export type RollbackCalls = Pick<
  Calls,
  'getPipeline' | 'getPipelineState' | 'listPipelineExecutions' | 'listActionExecutions'
>;

/** How far back targets are looked for, in executions. */
const EXECUTIONS = 100;

/**
 * What a stage can be rolled back to, and what that takes back (CodePipeline User Guide, "Considerations for rollbacks": the target succeeded
 * in the stage, under the structure that the pipeline has now, and is itself no rollback; a source stage is never rolled back).
 * @param to a target's id or its first characters; without one the newest that is eligible
 * @throws SaiondoError `STAGE_UNKNOWN`, `EXECUTION_UNKNOWN`
 */
export async function describeRollback(
  aws: RollbackCalls,
  name: string,
  stageName: string,
  to: string | undefined,
  tools: DifferenceTools,
): Promise<Rollback> {
  const [{ pipeline }, { stageStates }, executions, succeeded] = await Promise.all([
    aws.getPipeline({ name }),
    aws.getPipelineState({ name }),
    listExecutions(aws, name, EXECUTIONS),
    succeededIn(aws, name, stageName),
  ]);
  const stage = pipeline?.stages?.find((one) => one.name === stageName);
  if (!pipeline || !stage)
    throw new SaiondoError(`the pipeline has no stage ${stageName}`, {
      code: 'STAGE_UNKNOWN',
      next: knownNames(
        stageName,
        (pipeline?.stages ?? []).map((one) => one.name ?? ''),
      ),
    });
  const isSource = stage.actions?.some((action) => action.actionTypeId?.category === 'Source') === true;
  const currentId = stageStates?.find((one) => one.stageName === stageName)?.latestExecution?.pipelineExecutionId;
  const candidates: Rollback['candidates'] = [];
  for (const execution of executions.filter((one) => succeeded.has(one.id))) {
    const { execution: candidate, actions } = await executed(aws, name, executions, execution.id);
    const version = Math.max(...[...actions.values()].map((one) => one.pipelineVersion ?? 0), 0);
    const why = isSource
      ? 'a source stage is never rolled back'
      : execution.id === currentId
        ? 'it is what the stage has now'
        : execution.type === 'ROLLBACK'
          ? 'it is a rollback itself'
          : version !== pipeline.version
            ? `it ran under structure version ${version}, the pipeline has ${pipeline.version ?? '?'} now`
            : undefined;
    candidates.push({ ...candidate, eligible: why === undefined, ...(why ? { why } : {}) });
  }
  const chosen =
    to === undefined ? candidates.find((one) => one.eligible) : candidates.find((one) => one.id.startsWith(to));
  if (to !== undefined && !chosen)
    throw new SaiondoError(`no execution ${to} succeeded in ${stageName}`, {
      code: 'EXECUTION_UNKNOWN',
      next: `it has: ${candidates.map((one) => one.id).join(', ') || 'none'}`,
    });
  const current = currentId === undefined ? undefined : await executed(aws, name, executions, currentId);
  const target = chosen?.eligible ? await executed(aws, name, executions, chosen.id) : undefined;
  return {
    pipeline: name,
    stage: stageName,
    ...(current ? { current: current.execution } : {}),
    ...(target ? { target: target.execution } : {}),
    candidates,
    ...(target && current ? { difference: await describeDifference(pipeline, stageName, target, current, tools) } : {}),
  };
}
