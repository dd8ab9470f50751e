// Longer than 300 lines: the one value that page and report show, with its parts in its order.
import { webAddress } from '../../model/plain-text';
import type { Promotion, Rollback } from '../../model/promotion.shape';
import type { Failure, ReportSummary, ResourceChange, Revision, RunVerdict } from '../../model/events';
import type { ActionDefinition, PipelineDefinition } from '../../model/pipeline';
import {
  judgedExecution,
  type ActionState,
  type BuildState,
  type ExecutionState,
  type RunState,
} from '../../model/run-state';
import { kindOf, rollbackSentence } from '../execution-words';
import { unchangedNote, withoutGuard } from '../../model/unchanged';

/** What the page's script shows of a run. Times are ISO 8601. */
export interface PageRun {
  readonly runId: string;
  readonly pipeline: string;
  /** An engine works on it now. */
  readonly live: boolean;
  /** An engine can be told to approve, retry, stop. */
  readonly controllable: boolean;
  /** It is the run that the engine works on: its transitions are those that hold. */
  readonly current: boolean;
  readonly verdict?: RunVerdict;
  readonly summary?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** The execution that the verdict and the summary are about. */
  readonly judged?: string;
  /** The oldest first. */
  readonly executions: readonly PageExecution[];
  readonly changeSets: readonly PageChangeSet[];
  readonly notes: readonly { readonly level: string; readonly text: string; readonly where?: string }[];
  readonly endpoints: RunState['endpoints'];
}

/** What an approval gives, as the page asks for it. */
export type PagePromotion = Promotion;
/** What a stage can be rolled back to. */
export type PageRollback = Rollback;

export interface PageExecution {
  readonly executionId: string;
  readonly status: string;
  readonly detail?: string;
  readonly trigger: string;
  /** STANDARD or ROLLBACK. */
  readonly mode: string;
  /** Of a rollback: the execution whose commits it takes, and the one stage that it runs. */
  readonly rollbackTarget?: string;
  readonly rollbackStage?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly revisions: readonly Revision[];
  readonly stages: readonly PageStage[];
  /** What it is, for people: how it began, or what it rolls back. */
  readonly kind: string;
  /** Of a rollback: what became of it, in a sentence. */
  readonly rollback?: string;
}

export interface PageStage {
  readonly name: string;
  /** `NotReached` for one that the execution has not entered. */
  readonly status: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly detail?: string;
  readonly actions: readonly PageAction[];
  /** The way into it; the first stage has none. */
  readonly transition?: { readonly enabled: boolean; readonly reason?: string };
}

export interface PageAction {
  readonly name: string;
  readonly provider: string;
  readonly runOrder: number;
  readonly status: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly summary?: string;
  readonly missing?: readonly string[];
  readonly failure?: Failure;
  /** How often it ran in this execution. */
  readonly attempts: number;
  readonly approval?: {
    readonly token: string;
    readonly deadline: string;
    readonly message?: string;
    readonly link?: string;
    readonly status?: string;
    readonly by?: string;
    readonly comment?: string;
  };
  readonly build?: PageBuild;
}

export interface PageBuild {
  readonly buildId: string;
  readonly status: string;
  readonly command?: string;
  readonly phases: readonly { readonly name: string; readonly status: string; readonly seconds?: number }[];
  readonly reports: readonly Pick<
    ReportSummary,
    'group' | 'total' | 'passed' | 'failed' | 'skipped' | 'error' | 'failures'
  >[];
}

/** Replacements first: they are what an approver has to see. */
export interface PageChangeSet {
  readonly environment: string;
  readonly stackName: string;
  readonly stage?: string;
  readonly changes: readonly Pick<ResourceChange, 'action' | 'logicalId' | 'type' | 'replacement' | 'security'>[];
}

/** A run as the page shows it. */
export function pageRun(
  state: RunState,
  facts: {
    readonly live: boolean;
    readonly controllable: boolean;
    readonly current: boolean;
  },
): PageRun {
  const { live, controllable, current } = facts;
  const judged = judgedExecution(state);
  return {
    runId: state.runId,
    pipeline: state.definition?.name ?? state.pipeline,
    live,
    controllable,
    current,
    ...(state.verdict ? { verdict: state.verdict } : {}),
    ...(state.summary ? { summary: state.summary } : {}),
    ...(state.startedAt ? { startedAt: state.startedAt } : {}),
    ...(state.endedAt ? { endedAt: state.endedAt } : {}),
    ...(judged ? { judged: judged.executionId } : {}),
    executions: state.executions.map((execution) => pageExecution(state, execution)),
    changeSets: state.changeSets.map(({ environment, stackName, stage, changes }) => ({
      environment,
      stackName,
      ...(stage ? { stage } : {}),
      changes: [...changes]
        .sort((a, b) => Number(b.replacement === 'True') - Number(a.replacement === 'True'))
        .map(({ action, logicalId, type, replacement, security }) => ({
          action,
          logicalId,
          type,
          ...(replacement ? { replacement } : {}),
          ...(security ? { security } : {}),
        })),
    })),
    notes: [
      ...state.tools
        .filter((tool) => tool.status === 'missing')
        .map((tool) => ({ level: 'missing', text: tool.detail ? `${tool.name}: ${tool.detail}` : tool.name })),
      ...state.messages.map(({ level, text, where }) => ({ level, text, ...(where ? { where } : {}) })),
    ],
    endpoints: state.endpoints,
  };
}

function pageExecution(state: RunState, execution: ExecutionState): PageExecution {
  const definition =
    state.definitions.find((one) => one.structureVersion === execution.structureVersion) ?? state.definition;
  return {
    executionId: execution.executionId,
    status: execution.status,
    ...(execution.detail ? { detail: execution.detail } : {}),
    trigger: execution.trigger.type,
    mode: execution.mode,
    kind: kindOf(execution),
    ...(execution.mode === 'ROLLBACK' ? { rollback: rollbackSentence(execution) } : {}),
    ...(execution.rollbackTarget ? { rollbackTarget: execution.rollbackTarget } : {}),
    ...(execution.rollbackStage ? { rollbackStage: execution.rollbackStage } : {}),
    startedAt: execution.startedAt,
    ...(execution.endedAt ? { endedAt: execution.endedAt } : {}),
    revisions: execution.revisions,
    stages: (definition?.stages ?? [])
      .map((stage, at) => ({
        ...pageStage(state, execution, stage),
        ...(at > 0 ? { transition: transitionInto(state, stage.name) } : {}),
      }))
      .filter((stage) => execution.mode !== 'ROLLBACK' || stage.name === execution.rollbackStage),
  };
}

function pageStage(state: RunState, execution: ExecutionState, stage: PipelineDefinition['stages'][number]): PageStage {
  const record = execution.stages.get(stage.name);
  return {
    name: stage.name,
    status: record?.status ?? 'NotReached',
    ...(record ? { startedAt: record.startedAt } : {}),
    ...(record?.endedAt ? { endedAt: record.endedAt } : {}),
    ...(record?.detail ? { detail: record.detail } : {}),
    actions: stage.actions.map((action) => pageAction(state, execution, stage.name, action)),
  };
}

/** A transition as somebody left it in this run, else as the pipeline defines it (a stage's inbound transition). */
function transitionInto(state: RunState, stage: string): NonNullable<PageStage['transition']> {
  const defined = state.definition?.disabledTransitions[stage];
  const changed = state.transitions.get(stage);
  const enabled = changed ? changed.enabled : defined === undefined;
  const reason = changed ? changed.reason : defined;
  return { enabled, ...(!enabled && reason ? { reason } : {}) };
}

function pageAction(
  state: RunState,
  execution: ExecutionState,
  stage: string,
  definition: ActionDefinition,
): PageAction {
  const { name, provider, runOrder } = definition;
  const attempts = execution.actionExecutions.filter((one) => one.stage === stage && one.action === name);
  const action: ActionState | undefined = execution.actions.get(`${stage}/${name}`) ?? attempts.at(-1);
  if (!action) return { name, provider, runOrder, status: 'NotReached', attempts: 0 };
  const build = [...state.builds.values()].filter((one) => one.actionExecutionId === action.actionExecutionId).at(-1);
  const link = webAddress(definition.configuration.ExternalEntityLink);
  const summary = action.summary ?? unchangedNote(action.outputVariables);
  return {
    name,
    provider,
    runOrder,
    status: action.status,
    startedAt: action.startedAt,
    ...(action.endedAt ? { endedAt: action.endedAt } : {}),
    ...(summary ? { summary } : {}),
    ...(action.missing ? { missing: action.missing } : {}),
    ...(action.failure ? { failure: { ...action.failure, message: withoutGuard(action.failure.message) } } : {}),
    attempts: attempts.length,
    ...(action.approval
      ? {
          approval: {
            ...action.approval,
            ...(link ? { link } : {}),
          },
        }
      : {}),
    ...(build ? { build: pageBuild(build) } : {}),
  };
}

function pageBuild(build: BuildState): PageBuild {
  return {
    buildId: build.buildId,
    status: build.status,
    ...(build.command ? { command: build.command } : {}),
    phases: build.phases.map(({ phase, status, seconds }) => ({
      name: phase,
      status,
      ...(seconds === undefined ? {} : { seconds }),
    })),
    reports: build.reports.map(({ group, total, passed, failed, skipped, error, failures }) => ({
      group,
      total,
      passed,
      failed,
      skipped,
      error,
      failures,
    })),
  };
}

/** A run, as far as the page's list of runs shows it. */
export interface PageListedRun {
  readonly runId: string;
  /** An engine works on it now. */
  readonly live: boolean;
  readonly pipeline: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly verdict?: string;
  readonly summary?: string;
  readonly commit?: string;
  readonly message?: string;
}

/**
 * @param run a run's digest
 * @param live whether an engine works on it now
 */
export function pageListedRun(
  run: {
    readonly runId: string;
    readonly pipeline: string;
    readonly startedAt: string;
    readonly endedAt?: string;
    readonly verdict?: string;
    readonly summary?: string;
    readonly executions: readonly { readonly revisions: readonly Revision[]; readonly waits?: true }[];
  },
  live: boolean,
): PageListedRun {
  const { runId, pipeline, startedAt, endedAt, summary } = run;
  const verdict = run.verdict ?? (live && run.executions.some((one) => one.waits) ? 'waiting' : undefined);
  const revision = run.executions.at(-1)?.revisions[0];
  return {
    runId,
    live,
    pipeline,
    startedAt,
    ...(endedAt ? { endedAt } : {}),
    ...(verdict ? { verdict } : {}),
    ...(summary ? { summary } : {}),
    ...(revision ? { commit: revision.commitId.slice(0, 8) } : {}),
    ...(revision?.message ? { message: revision.message.split('\n')[0] ?? '' } : {}),
  };
}
