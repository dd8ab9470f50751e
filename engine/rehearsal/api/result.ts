import * as path from 'node:path';
import type { ActionStatus, Failure, RunVerdict, StageStatus } from '../../../model/events';
import { judgedExecution, type ActionState, type BuildState, type RunState } from '../../../model/run-state';

/** How a rehearsal came out. */
export interface AssemblyRehearsalResult {
  /** `passed`; `incomplete` where nothing failed and some actions were not rehearsed; or why it did not pass. */
  readonly verdict: RunVerdict;
  /** 0 nothing failed, 1 an action failed or was rejected, 3 not rehearsed and `strict`, 130 interrupted. */
  readonly exitCode: number;
  /** One line for people. */
  readonly summary: string;
  readonly runId: string;
  /** The folder of the run: event log, build logs, artifacts. */
  readonly directory: string;
  /** The stages of the execution that the verdict is about, in their order. A stage that was not reached has no actions. */
  readonly stages: readonly RehearsedStage[];
  /** What differs from AWS, and warnings: as the run said them. */
  readonly messages: readonly { readonly level: string; readonly text: string; readonly where?: string }[];
}

/** A stage of a rehearsed execution. */
export interface RehearsedStage {
  readonly name: string;
  /** Undefined: the execution did not reach it. */
  readonly status?: StageStatus;
  readonly actions: readonly RehearsedAction[];
}

/** An action of a rehearsed stage: its latest execution. */
export interface RehearsedAction {
  readonly name: string;
  /** `CodeBuild`, `CloudFormation`, … */
  readonly provider: string;
  readonly status: ActionStatus;
  /** Seconds from its start to its end; undefined where it has not ended. */
  readonly seconds?: number;
  readonly failure?: Failure;
  /** What this machine lacked for it, where it was not rehearsed. */
  readonly missing: readonly string[];
  readonly outputVariables: Readonly<Record<string, string>>;
  /** Folders that hold its output artifacts. */
  readonly outputArtifacts: readonly { readonly name: string; readonly path: string }[];
  /** The builds that it started, the oldest first. */
  readonly builds: readonly RehearsedBuild[];
}

/** A build of a rehearsed action. */
export interface RehearsedBuild {
  readonly id: string;
  readonly project: string;
  /** CodeBuild's own: `SUCCEEDED`, `FAILED`, `STOPPED`, `TIMED_OUT`. */
  readonly status: string;
  /** The file of its log. */
  readonly log: string;
}

/** The result of a run that has its verdict. @param directory the run's folder */
export function resultOf(state: RunState, directory: string): AssemblyRehearsalResult {
  const execution = judgedExecution(state);
  const actions = [...(execution?.actions.values() ?? [])];
  return {
    verdict: state.verdict ?? 'interrupted',
    exitCode: state.exitCode ?? 1,
    summary: state.summary ?? '',
    runId: state.runId,
    directory,
    stages: (state.definition?.stages ?? []).map(({ name }) => {
      const status = execution?.stages.get(name)?.status;
      return {
        name,
        ...(status === undefined ? {} : { status }),
        actions: actions.filter((one) => one.stage === name).map((one) => actionOf(one, state, directory)),
      };
    }),
    messages: state.messages.map(({ level, text, where }) => ({ level, text, ...(where ? { where } : {}) })),
  };
}

function actionOf(action: ActionState, state: RunState, directory: string): RehearsedAction {
  const { startedAt, endedAt, failure } = action;
  return {
    name: action.action,
    provider: action.provider,
    status: action.status,
    ...(endedAt === undefined ? {} : { seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 }),
    ...(failure ? { failure } : {}),
    missing: action.missing ?? [],
    outputVariables: action.outputVariables ?? {},
    outputArtifacts: action.outputArtifacts ?? [],
    builds: [...state.builds.values()]
      .filter((one) => one.actionExecutionId === action.actionExecutionId)
      .map((one) => buildOf(one, directory)),
  };
}

const buildOf = ({ buildId, project, status, log }: BuildState, directory: string): RehearsedBuild => ({
  id: buildId,
  project,
  status,
  log: path.join(directory, log),
});
