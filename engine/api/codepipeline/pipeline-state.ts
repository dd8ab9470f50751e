import type {
  ActionState as ApiActionState,
  GetPipelineStateOutput,
  RetryStageMetadata,
  StageConditionState,
  StageExecution,
  StageState,
} from '@aws-sdk/client-codepipeline';
import type { ActionState, ConditionRecord, StageState as StageRecord } from '../../../model/run-state';
import type { StageDefinition } from '../../../model/pipeline';
import { actionStatus, errorDetails, externalOf, revisionUrl, stageStatus } from './execution-shapes';
import { ruleExecutionId, ruleStatus } from './rule-reads';
import type { OpenExecution, PipelineHistory } from './pipeline-history';

/**
 * API Reference, GetPipelineState: each stage shows the execution that was in it last, each action its latest execution, whichever run
 * they belong to.
 */
export function pipelineState(history: PipelineHistory): GetPipelineStateOutput {
  const { definition } = history;
  return {
    pipelineName: definition.name,
    pipelineVersion: history.version(definition.structureVersion),
    stageStates: definition.stages.map((stage, at) => stageState(history, stage, at)),
    created: history.since(),
    updated: history.since(definition.structureVersion),
  };
}

function stageState(history: PipelineHistory, stage: StageDefinition, at: number): StageState {
  const latest = latestIn(history, stage.name);
  const record = latest?.state.stages.get(stage.name);
  const waiting = at === 0 ? [] : inbound(history, stage.name, history.definition.stages[at - 1]?.name ?? '');
  return {
    stageName: stage.name,
    inboundExecution: waiting[0],
    inboundExecutions: waiting,
    inboundTransitionState: transitionInto(history, stage.name),
    actionStates: stage.actions.map((action) => actionState(history, stage.name, action.name)),
    latestExecution:
      latest && record
        ? {
            pipelineExecutionId: latest.state.executionId,
            status: stageStatus(record.status, latest.known.goesOn),
            type: latest.state.mode,
          }
        : undefined,
    beforeEntryConditionState: conditionState(latest, stage.name, 'beforeEntry'),
    onSuccessConditionState: conditionState(latest, stage.name, 'onSuccess'),
    onFailureConditionState: conditionState(latest, stage.name, 'onFailure'),
    retryStageMetadata: record && retries(record),
  };
}

/** API Reference, RetryStageMetadata: how often this stage ran again in its execution, and, where only one kind did it, who began it. */
function retries({ attempt, automaticRetries }: StageRecord): RetryStageMetadata | undefined {
  const manual = attempt - 1 - automaticRetries;
  if (attempt <= 1) return undefined;
  return {
    ...(automaticRetries > 0 ? { autoStageRetryAttempt: automaticRetries } : {}),
    ...(manual > 0 ? { manualStageRetryAttempt: manual } : {}),
    ...(manual > 0 && automaticRetries > 0
      ? {}
      : { latestRetryTrigger: manual > 0 ? 'ManualStageRetry' : 'AutomatedStageRetry' }),
  };
}

/** The execution that entered a stage last. */
function latestIn(history: PipelineHistory, stage: string): OpenExecution | undefined {
  const entered = history.executions
    .map((known) => ({ known, at: known.digest.stages.find((one) => one.name === stage)?.startedAt }))
    .filter((one) => one.at !== undefined)
    .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));
  return entered[0] && history.open(entered[0].known);
}

/** Executions that finished the stage before and have not entered this one: they wait for its lock or its transition. */
function inbound(history: PipelineHistory, stage: string, before: string): StageExecution[] {
  return history.executions
    .filter(({ digest, goesOn }) => {
      const finished = digest.stages.find((one) => one.name === before)?.status === 'Succeeded';
      const entered = digest.stages.some((one) => one.name === stage);
      return goesOn && finished && !entered && digest.status === 'InProgress' && digest.mode === 'STANDARD';
    })
    .map(({ digest }) => ({ pipelineExecutionId: digest.executionId, status: 'InProgress', type: digest.mode }));
}

function transitionInto(history: PipelineHistory, stage: string): StageState['inboundTransitionState'] {
  // What a person changed is part of the run in which it was changed; a new run has the definition's transitions again.
  const [newest] = history.executions;
  const changed = newest && history.open(newest).run.transitions.get(stage);
  if (changed)
    return {
      enabled: changed.enabled,
      lastChangedBy: changed.by,
      lastChangedAt: new Date(changed.changedAt),
      disabledReason: changed.enabled ? undefined : (changed.reason ?? ''),
    };
  const reason = history.definition.disabledTransitions[stage];
  return reason === undefined ? { enabled: true } : { enabled: false, disabledReason: reason };
}

/** API Reference, ActionState.entityUrl: what an action works on, in AWS's console. */
function entityUrl({ definition }: PipelineHistory, stage: string, name: string): string | undefined {
  const action = definition.stages.find((one) => one.name === stage)?.actions.find((one) => one.name === name);
  if (!action) return undefined;
  const { ProjectName, StackName } = action.configuration;
  const home = (service: string): string => `https://console.aws.amazon.com/${service}/home?region=${action.region}`;
  if (ProjectName) return `${home('codebuild')}#/projects/${ProjectName}/view`;
  return StackName ? `${home('cloudformation')}#/stacks?filteringText=${StackName}` : undefined;
}

function actionState(history: PipelineHistory, stage: string, name: string): ApiActionState {
  const found = latestAction(history, stage, name);
  const known = { actionName: name, entityUrl: entityUrl(history, stage, name) };
  if (!found) return known;
  const { open, action } = found;
  const revision = open.state.revisions.find((one) => one.actionName === name && action.category === 'Source');
  const pending = action.status === 'InProgress' && action.approval?.status === undefined ? action.approval : undefined;
  return {
    ...known,
    revisionUrl: revision && revisionUrl(revision),
    currentRevision: revision && {
      revisionId: revision.commitId,
      revisionChangeId: revision.commitId,
      created: new Date(revision.committedAt ?? action.startedAt),
    },
    latestExecution: {
      actionExecutionId: action.actionExecutionId,
      status: actionStatus(action, open.known.goesOn),
      summary: pending?.message ?? action.approval?.comment ?? action.summary,
      lastStatusChange: new Date(action.endedAt ?? action.startedAt),
      token: pending?.token,
      lastUpdatedBy: action.approval?.by,
      ...externalOf(history, open, action),
      errorDetails: errorDetails(action),
    },
  };
}

function latestAction(
  history: PipelineHistory,
  stage: string,
  name: string,
): { open: OpenExecution; action: ActionState } | undefined {
  const ran = history.executions
    .flatMap((known) => {
      const entered = known.digest.stages.find((one) => one.name === stage);
      return entered?.actions.includes(name) ? [{ known, at: entered.startedAt }] : [];
    })
    .sort((a, b) => b.at.localeCompare(a.at));
  const open = ran[0] && history.open(ran[0].known);
  const action = open?.state.actionExecutions.filter((one) => one.stage === stage && one.action === name).at(-1);
  return open && action && { open, action };
}

function conditionState(
  latest: OpenExecution | undefined,
  stage: string,
  condition: ConditionRecord['condition'],
): StageConditionState | undefined {
  const from = latest?.state.stages.get(stage)?.conditionsFrom ?? 0;
  const records = (latest?.state.conditions.slice(from) ?? []).filter(
    (one) => one.stage === stage && one.condition === condition,
  );
  const last = records.at(-1);
  if (!latest || !last) return undefined;
  const byRule = new Map(records.map((one) => [one.rule, one]));
  // A rule that this machine cannot evaluate is not a success.
  const held = [...byRule.values()].every((one) => one.status === 'Succeeded');
  const overridden = latest.state.stages.get(stage)?.overridden.some((one) => one === condition);
  const status = overridden ? 'Overridden' : held ? 'Succeeded' : 'Failed';
  return {
    latestExecution: { status, summary: last.result },
    conditionStates: [
      {
        latestExecution: { status, lastStatusChange: new Date(last.time) },
        ruleStates: [...byRule.values()].map((one) => ({
          ruleName: one.rule,
          latestExecution: {
            ruleExecutionId: ruleExecutionId(latest.state.executionId, latest.state.conditions.indexOf(one)),
            status: ruleStatus(one),
            summary: one.detail,
            lastStatusChange: new Date(one.time),
          },
        })),
      },
    ],
  };
}
