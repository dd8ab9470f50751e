import type { ActionExecutionDetail, PipelineDeclaration, StageState } from '@aws-sdk/client-codepipeline';
import type { Calls } from './aws';
import { latestActions, listExecutions, withSourceVariables } from './executions';
import { plain } from '../model/plain-text';
import type { WaitingApproval } from '../model/promotion.shape';
import type { PipelineStatus, StageStatus } from './status.shape';
import { unchangedNote } from '../model/unchanged';

/** How long an approval waits when its action says nothing: seven days (CodePipeline User Guide, "Quotas"). */
const APPROVAL_MINUTES = 7 * 24 * 60;
/** How far back the executions that the stages hold are looked for. */
const EXECUTIONS = 50;

/** The calls of {@link describeStatus}. */
export type StatusCalls = Pick<
  Calls,
  'getPipeline' | 'getPipelineState' | 'listPipelineExecutions' | 'listActionExecutions'
>;

/** The pipeline as it is now: stages, actions, revisions, waiting approvals, disabled transitions. */
export async function describeStatus(aws: StatusCalls, pipelineName: string, now: Date): Promise<PipelineStatus> {
  const [state, { pipeline }, executions] = await Promise.all([
    aws.getPipelineState({ name: pipelineName }),
    aws.getPipeline({ name: pipelineName }),
    listExecutions(aws, pipelineName, EXECUTIONS),
  ]);
  const stages = state.stageStates ?? [];
  const held = new Set(stages.flatMap((stage) => [executionOf(stage), stage.inboundExecution?.pipelineExecutionId]));
  const shown = executions.filter((one) => held.has(one.id));
  const actions = new Map(
    await Promise.all(shown.map(async ({ id }) => [id, await latestActions(aws, pipelineName, id)] as const)),
  );
  return {
    pipeline: pipelineName,
    at: now.toISOString(),
    ...(state.pipelineVersion === undefined ? {} : { version: state.pipelineVersion }),
    stages: stages.map((stage) => stageOf(stage, pipeline, actions.get(executionOf(stage) ?? ''), now)),
    executions: shown.map((one) => ({
      ...one,
      revisions: one.revisions.map((revision) => withSourceVariables(revision, actions.get(one.id) ?? new Map())),
    })),
    approvals: waitingApprovals(stages, pipeline).map((one) =>
      withoutToken(resolved(one, actions.get(one.executionId) ?? new Map())),
    ),
  };
}

/** An approval that waits, with the token that answers it: the token is for {@link Calls.putApprovalResult} and never shown. */
export interface OpenApproval extends WaitingApproval {
  readonly token: string;
}

/** The manual approvals that wait now, by the pipeline's state. */
export function waitingApprovals(
  stages: readonly StageState[],
  pipeline: PipelineDeclaration | undefined,
): OpenApproval[] {
  return stages.flatMap((stage) =>
    (stage.actionStates ?? []).flatMap((action) => {
      const { token, status, lastStatusChange } = action.latestExecution ?? {};
      if (!token || status !== 'InProgress') return [];
      const declaration = declarationOf(pipeline, stage.stageName, action.actionName);
      const minutes = declaration?.timeoutInMinutes ?? APPROVAL_MINUTES;
      return [
        {
          stage: stage.stageName ?? '',
          action: action.actionName ?? '',
          executionId: executionOf(stage) ?? '',
          token,
          ...saidBy(declaration?.configuration),
          ...(lastStatusChange
            ? {
                since: lastStatusChange.toISOString(),
                deadline: new Date(lastStatusChange.getTime() + minutes * 60_000).toISOString(),
              }
            : {}),
        },
      ];
    }),
  );
}

/**
 * An approval with what its action says when its variables are resolved: the pipeline has `#{Namespace.Variable}` there, the action's own
 * execution the values (API Reference, ActionExecutionInput.resolvedConfiguration).
 * @param actions those of the execution that waits, by `Stage/Action`
 */
export function resolved<Approval extends WaitingApproval>(
  approval: Approval,
  actions: ReadonlyMap<string, ActionExecutionDetail>,
): Approval {
  const detail = actions.get(`${approval.stage}/${approval.action}`);
  return { ...approval, ...saidBy(detail?.input?.resolvedConfiguration) };
}

function saidBy(configuration: Readonly<Record<string, string>> = {}): Pick<WaitingApproval, 'message' | 'link'> {
  const { CustomData, ExternalEntityLink } = configuration;
  return {
    ...(CustomData ? { message: plain(CustomData) } : {}),
    ...(ExternalEntityLink ? { link: plain(ExternalEntityLink) } : {}),
  };
}

/** What may be shown of an approval. */
export function withoutToken({ token: _token, ...approval }: OpenApproval): WaitingApproval {
  return approval;
}

function executionOf(stage: StageState): string | undefined {
  return stage.latestExecution?.pipelineExecutionId;
}

function declarationOf(pipeline: PipelineDeclaration | undefined, stage?: string, action?: string) {
  return pipeline?.stages?.find((one) => one.name === stage)?.actions?.find((one) => one.name === action);
}

function stageOf(
  stage: StageState,
  pipeline: PipelineDeclaration | undefined,
  executed: ReadonlyMap<string, ActionExecutionDetail> | undefined,
  now: Date,
): StageStatus {
  const transition = stage.inboundTransitionState;
  const executionId = executionOf(stage);
  const waiting = stage.inboundExecution?.pipelineExecutionId;
  const actions = (stage.actionStates ?? []).map((action) => {
    const { latestExecution: latest, actionName: name = '' } = action;
    const declaration = declarationOf(pipeline, stage.stageName, name);
    // The state of an action is that of the execution which was in it last; another one may be in its stage now.
    const detail = executed?.get(`${stage.stageName ?? ''}/${name}`);
    const current = detail !== undefined || latest?.status === 'InProgress' ? latest : undefined;
    const from = detail?.startTime ?? (latest?.status === 'InProgress' ? latest.lastStatusChange : undefined);
    const to = current?.status === 'InProgress' ? now : detail?.lastUpdateTime;
    const summary = current?.summary ?? (detail && unchangedNote(detail.output?.outputVariables));
    const url = latest?.externalExecutionUrl ?? action.entityUrl;
    return {
      name,
      provider: declaration?.actionTypeId?.provider ?? '',
      runOrder: declaration?.runOrder ?? 1,
      // A rehearsal says by an error code of its own what it could not do: AWS has no state for it.
      status:
        current?.errorDetails?.code === 'NotRehearsed'
          ? 'NotRehearsed'
          : (detail?.status ?? current?.status ?? 'NotRun'),
      ...(from ? { startedAt: from.toISOString() } : {}),
      ...(from && to ? { seconds: Math.max(0, (to.getTime() - from.getTime()) / 1000) } : {}),
      ...(summary ? { summary: plain(summary) } : {}),
      ...(current?.errorDetails?.message ? { error: plain(current.errorDetails.message) } : {}),
      ...(current?.externalExecutionId ? { externalExecutionId: current.externalExecutionId } : {}),
      ...(current && url ? { url: plain(url) } : {}),
    };
  });
  return {
    name: stage.stageName ?? '',
    status: stage.latestExecution?.status ?? 'NotRun',
    ...(executionId ? { executionId } : {}),
    ...(waiting ? { waitingExecutionId: waiting } : {}),
    transition: {
      enabled: transition?.enabled ?? true,
      ...(transition?.disabledReason ? { reason: plain(transition.disabledReason) } : {}),
      ...(transition?.lastChangedBy ? { by: plain(transition.lastChangedBy) } : {}),
      ...(transition?.lastChangedAt ? { since: transition.lastChangedAt.toISOString() } : {}),
    },
    actions: actions.sort((a, b) => a.runOrder - b.runOrder),
  };
}
