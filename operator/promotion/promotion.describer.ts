import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import { knownNames } from '../../model/nearest';
import { SaiondoError } from '../../model/errors';
import type { Aws, Calls } from '../aws';
import { latestActions, listExecutions, withSourceVariables } from '../executions';
import { resolved, waitingApprovals, withoutToken, type OpenApproval } from '../status.describer';
import { describeDifference, preparedChangeSets, type DifferenceTools } from './difference.describer';
import type { Executed } from './executed';
import type { Promotion } from '../../model/promotion.shape';
import { reasonOf } from '../reason';

/** The operations of {@link describePromotion}. */
export type PromotionOperations =
  'getPipeline' | 'getPipelineState' | 'listPipelineExecutions' | 'listActionExecutions' | 'describeChangeSet';

/** The calls of {@link findApproval}. */
export type ApprovalCalls = Pick<Calls, 'getPipeline' | 'getPipelineState'>;

/** How far back the last delivery to a stage is looked for, in executions. */
const EXECUTIONS = 100;

/** @throws SaiondoError `STAGE_UNKNOWN` for a name that no stage and no action of the pipeline has */
function refuseUnknown(given: string, pipeline: PipelineDeclaration | undefined): void {
  const stages = pipeline?.stages ?? [];
  const names = stages.flatMap(({ name = '', actions = [] }) => [
    name,
    ...actions.flatMap((action) => [action.name ?? '', `${name}/${action.name ?? ''}`]),
  ]);
  if (stages.length === 0 || names.includes(given)) return;
  throw new SaiondoError(`the pipeline has no stage and no action ${given}`, {
    code: 'STAGE_UNKNOWN',
    next: knownNames(given, [...new Set(names.filter((name) => !name.includes('/')))]),
  });
}

/**
 * The approval that waits: in a stage, before a stage, or anywhere.
 * @throws SaiondoError `NOTHING_WAITS`; `SEVERAL_WAIT` where the stage has to be named
 */
export async function findApproval(
  aws: ApprovalCalls,
  name: string,
  stage: string | undefined,
): Promise<{ approval: OpenApproval; pipeline: PipelineDeclaration }> {
  const [{ stageStates }, { pipeline }] = await Promise.all([
    aws.getPipelineState({ name }),
    aws.getPipeline({ name }),
  ]);
  const waiting = waitingApprovals(stageStates ?? [], pipeline);
  const exact = waiting.filter(
    (one) => !stage || [one.stage, one.action, `${one.stage}/${one.action}`].includes(stage),
  );
  // Who names what is promoted means the approval before it.
  const before = waiting.filter((one) => pipeline && promotedStage(pipeline, one) === stage);
  const named = exact.length > 0 ? exact : before;
  const [approval] = named;
  if (stage && named.length === 0) refuseUnknown(stage, pipeline);
  if (!approval || !pipeline)
    throw new SaiondoError(`no approval waits${stage ? ` in ${stage}` : ''}`, {
      code: 'NOTHING_WAITS',
      next:
        waiting.length > 0
          ? `waiting: ${waiting.map((one) => one.stage).join(', ')}`
          : 'saiondo status shows what runs',
    });
  if (named.length > 1)
    throw new SaiondoError('several approvals wait', {
      code: 'SEVERAL_WAIT',
      next: `name one: ${named.map((one) => `${one.stage}/${one.action}`).join(', ')}`,
    });
  return { approval, pipeline };
}

/** What a stage gets when its approval is given. */
export async function describePromotion(
  aws: Aws<PromotionOperations>,
  found: { readonly approval: OpenApproval; readonly pipeline: PipelineDeclaration },
  tools: DifferenceTools,
): Promise<Promotion> {
  const { approval, pipeline } = found;
  const name = pipeline.name ?? '';
  const stage = promotedStage(pipeline, approval);
  const executions = await listExecutions(aws(), name, EXECUTIONS);
  const after = await executed(aws(), name, executions, approval.executionId);
  const last = await lastDelivered(aws(), name, pipeline, stage, executions, approval.executionId);
  const unread: string[] = [];
  const prepared = await preparedChangeSets(aws, pipeline, stage, after, tools.home).catch((error: unknown) => {
    unread.push(`the change sets that are prepared: ${reasonOf(error)}`);
    return undefined;
  });
  const difference = await describeDifference(pipeline, stage, last, after, tools, prepared);
  return {
    pipeline: name,
    stage,
    approval: withoutToken(resolved(approval, after.actions)),
    execution: after.execution,
    ...(last ? { last: last.execution } : {}),
    difference: { ...difference, unknown: [...unread, ...difference.unknown] },
  };
}

/**
 * The stage that an approval lets the execution go on to: its own where actions follow it there by run order, else the next one (an approval
 * that is a stage of its own promotes what comes after it); its own again where it is the last action of all.
 */
export function promotedStage(
  pipeline: PipelineDeclaration,
  { stage, action }: Pick<OpenApproval, 'stage' | 'action'>,
): string {
  const stages = pipeline.stages ?? [];
  const at = stages.findIndex((one) => one.name === stage);
  const actions = stages[at]?.actions ?? [];
  const order = actions.find((one) => one.name === action)?.runOrder ?? 1;
  const goesOnHere = actions.some((one) => (one.runOrder ?? 1) > order);
  return (goesOnHere ? undefined : stages[at + 1]?.name) ?? stage;
}

/** An execution with its actions. */
export async function executed(
  aws: Pick<Calls, 'listActionExecutions'>,
  pipeline: string,
  executions: readonly Executed['execution'][],
  id: string,
): Promise<Executed> {
  const actions = await latestActions(aws, pipeline, id);
  const listed = executions.find((one) => one.id === id);
  const execution = listed ?? { id, status: 'Unknown', type: 'STANDARD', trigger: { type: 'Unknown' }, revisions: [] };
  return {
    execution: {
      ...execution,
      revisions: execution.revisions.map((revision) => withSourceVariables(revision, actions)),
    },
    actions,
  };
}

/** The newest execution, other than one, in which every action of a stage succeeded. */
export async function lastDelivered(
  aws: Pick<Calls, 'listPipelineExecutions' | 'listActionExecutions'>,
  name: string,
  pipeline: PipelineDeclaration,
  stageName: string,
  executions: readonly Executed['execution'][],
  except: string,
): Promise<Executed | undefined> {
  const delivered = await succeededIn(aws, name, stageName);
  const newest = executions.find((one) => one.id !== except && delivered.has(one.id));
  return newest && executed(aws, pipeline.name ?? name, executions, newest.id);
}

/** The executions that succeeded in a stage (API Reference, SucceededInStageFilter). */
export async function succeededIn(
  aws: Pick<Calls, 'listPipelineExecutions'>,
  pipelineName: string,
  stageName: string,
): Promise<Set<string>> {
  const { pipelineExecutionSummaries } = await aws.listPipelineExecutions({
    pipelineName,
    maxResults: EXECUTIONS,
    filter: { succeededInStage: { stageName } },
  });
  return new Set((pipelineExecutionSummaries ?? []).flatMap((one) => one.pipelineExecutionId ?? []));
}
