import type {
  ActionExecution,
  ActionExecutionDetail,
  ArtifactRevision,
  ErrorDetails,
  ExecutionTrigger,
  PipelineExecution,
  PipelineExecutionSummary,
  SourceRevision,
  StageExecution,
} from '@aws-sdk/client-codepipeline';
import type { ActionStatus, ExecutionStatus, Revision, StageStatus } from '../../../model/events';
import type { PipelineDefinition } from '../../../model/pipeline';
import type { ActionState } from '../../../model/run-state';
import { ownerOf } from '../../runs/run-digest';
import type { KnownExecution, OpenExecution, PipelineHistory } from './pipeline-history';

/**
 * CodePipeline's states for ours (API Reference, PipelineExecution.status). An execution that waits for an approval is in progress, also when
 * its engine has ended; one that nobody works on any more, and that did not wait, was stopped.
 */
export function executionStatus(status: ExecutionStatus, goesOn: boolean): PipelineExecution['status'] {
  // Logs of older versions say so when an execution waits.
  if (status === 'Waiting') return 'InProgress';
  return !goesOn && (status === 'InProgress' || status === 'Stopping') ? 'Stopped' : status;
}

/** API Reference, StageExecution.status. */
export function stageStatus(status: StageStatus, goesOn: boolean): StageExecution['status'] {
  return !goesOn && (status === 'InProgress' || status === 'Stopping') ? 'Stopped' : status;
}

/**
 * API Reference, ActionExecution.status. CodePipeline has no word for what this machine cannot do: such an action is `Abandoned`, never
 * `Succeeded`, and its error's code is `NotRehearsed`.
 */
export function actionStatus({ status }: ActionState, goesOn: boolean): ActionExecution['status'] {
  if (status === 'NotRehearsed') return 'Abandoned';
  return status === 'InProgress' && !goesOn ? 'Abandoned' : (status satisfies ActionStatus);
}

/** Why an action did not succeed, in CodePipeline's codes. */
export function errorDetails(action: ActionState): ErrorDetails | undefined {
  if (action.status === 'NotRehearsed')
    return {
      code: 'NotRehearsed',
      message: action.summary ?? `not rehearsed: this machine lacks ${(action.missing ?? []).join(', ')}`,
    };
  return action.failure && { code: action.failure.code, message: action.failure.message };
}

/** API Reference, ExecutionTrigger. */
export function triggerOf(trigger: { type: string; detail?: string }): ExecutionTrigger {
  // A person at the command line starts an execution with StartPipelineExecution; so does CloudFormation after it updated a pipeline.
  if (trigger.type === 'Manual') return { triggerType: 'StartPipelineExecution', triggerDetail: trigger.detail };
  if (trigger.type === 'PipelineUpdated')
    return { triggerType: 'StartPipelineExecution', triggerDetail: trigger.detail ?? 'RestartExecutionOnUpdate' };
  return { triggerType: trigger.type as ExecutionTrigger['triggerType'], triggerDetail: trigger.detail };
}

/** The summary of a connection's revision is JSON (CodePipeline User Guide, "CodeStarSourceConnection": commit message and provider). */
export function revisionSummary(revision: Revision): string {
  return JSON.stringify({ ProviderType: 'GitHub', CommitMessage: revision.message ?? '' });
}

/** The commit's page, where its repository is one of GitHub's. */
export function revisionUrl(revision: Revision): string | undefined {
  return /^[\w.-]+\/[\w.-]+$/.test(revision.repository)
    ? `https://github.com/${revision.repository}/commit/${revision.commitId}`
    : undefined;
}

/** API Reference, SourceRevision. */
export function sourceRevisions(revisions: readonly Revision[]): SourceRevision[] {
  return revisions.map((one) => ({
    actionName: one.actionName,
    revisionId: one.commitId,
    revisionSummary: revisionSummary(one),
    revisionUrl: revisionUrl(one),
  }));
}

/** API Reference, ArtifactRevision: the revision by the artifact that its source action gives. */
function artifactRevisions(revisions: readonly Revision[], definition: PipelineDefinition): ArtifactRevision[] {
  const sources = definition.stages.flatMap((stage) => stage.actions).filter((action) => action.category === 'Source');
  return revisions.map((one) => ({
    name: sources.find((action) => action.name === one.actionName)?.outputArtifacts[0]?.name ?? one.actionName,
    revisionId: one.commitId,
    revisionSummary: revisionSummary(one),
    revisionUrl: revisionUrl(one),
    created: one.committedAt ? new Date(one.committedAt) : undefined,
  }));
}

function statusSummary({ digest, goesOn, run }: KnownExecution): string | undefined {
  if (digest.detail) return digest.detail;
  return !goesOn && executionStatus(digest.status, false) === 'Stopped' ? run.summary : undefined;
}

/** API Reference, PipelineExecutionSummary. */
export function executionSummary(
  known: KnownExecution,
  executionMode: PipelineDefinition['executionMode'],
): PipelineExecutionSummary {
  const { digest, goesOn } = known;
  const status = executionStatus(digest.status, goesOn);
  return {
    pipelineExecutionId: digest.executionId,
    status,
    statusSummary: statusSummary(known),
    startTime: new Date(digest.startedAt),
    lastUpdateTime: new Date(digest.updatedAt),
    sourceRevisions: sourceRevisions(digest.revisions),
    trigger: triggerOf(digest.trigger),
    stopTrigger:
      status === 'Stopped' || status === 'Stopping' ? { reason: digest.stopReason ?? digest.detail } : undefined,
    executionMode,
    executionType: digest.mode,
    rollbackMetadata: digest.rollbackTarget ? { rollbackTargetPipelineExecutionId: digest.rollbackTarget } : undefined,
  };
}

/** API Reference, PipelineExecution. */
export function pipelineExecution(
  history: PipelineHistory,
  { known, state, definition }: OpenExecution,
): PipelineExecution {
  const defaults = definition.variables.map((one) => [one.name, one.defaultValue ?? ''] as const);
  const variables = { ...Object.fromEntries(defaults), ...state.variables };
  return {
    pipelineName: definition.name,
    pipelineVersion: history.version(state.structureVersion),
    pipelineExecutionId: state.executionId,
    status: executionStatus(state.status, known.goesOn),
    statusSummary: statusSummary(known),
    artifactRevisions: artifactRevisions(state.revisions, definition),
    variables: Object.entries(variables).map(([name, resolvedValue]) => ({ name, resolvedValue })),
    trigger: triggerOf(state.trigger),
    executionMode: definition.executionMode,
    executionType: state.mode,
    rollbackMetadata: state.rollbackTarget ? { rollbackTargetPipelineExecutionId: state.rollbackTarget } : undefined,
  };
}

/** Where an action's work is seen: the build of a CodeBuild action, its log stream. */
export function externalOf(
  history: PipelineHistory,
  { run }: OpenExecution,
  action: ActionState,
): { externalExecutionId: string | undefined; logStreamARN: string | undefined } {
  const build = [...run.builds.values()].find((one) => one.actionExecutionId === action.actionExecutionId);
  const id = action.externalExecutionId ?? build?.buildId;
  if (!build) return { externalExecutionId: id, logStreamARN: undefined };
  const owner = ownerOf(run, build);
  const { logGroup, logStream } = history.logOf({ ...build, ...owner });
  return {
    externalExecutionId: id,
    logStreamARN: `arn:aws:logs:${owner.region}:${owner.account}:log-group:${logGroup}:log-stream:${logStream}`,
  };
}

/** API Reference, ActionExecutionDetail. Artifacts are folders of the run, so they have no S3 location. */
export function actionExecutionDetail(
  history: PipelineHistory,
  open: OpenExecution,
  action: ActionState,
): ActionExecutionDetail {
  const { known, state, definition } = open;
  const declared = definition.stages
    .find((stage) => stage.name === action.stage)
    ?.actions.find((one) => one.name === action.action);
  const external = externalOf(history, open, action);
  return {
    pipelineExecutionId: state.executionId,
    actionExecutionId: action.actionExecutionId,
    pipelineVersion: history.version(state.structureVersion),
    stageName: action.stage,
    actionName: action.action,
    startTime: new Date(action.startedAt),
    lastUpdateTime: new Date(action.endedAt ?? action.startedAt),
    updatedBy: action.approval?.by,
    status: actionStatus(action, known.goesOn),
    input: {
      actionTypeId: {
        category: action.category as 'Build',
        owner: declared?.owner ?? 'AWS',
        provider: action.provider,
        version: declared?.version ?? '1',
      },
      configuration: { ...(declared?.configuration ?? action.configuration) },
      resolvedConfiguration: { ...action.configuration },
      roleArn: declared?.roleArn,
      region: declared?.region,
      inputArtifacts: action.inputArtifacts.map((name) => ({ name })),
      namespace: declared?.namespace,
    },
    output: {
      outputArtifacts: (action.outputArtifacts ?? []).map(({ name }) => ({ name })),
      executionResult: {
        ...external,
        externalExecutionSummary: action.summary,
        errorDetails: errorDetails(action),
      },
      outputVariables: action.outputVariables ?? {},
    },
  };
}
