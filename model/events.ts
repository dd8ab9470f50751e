// Longer than 300 lines: the union of all events, one member each: readers search it as a whole.
import type { ActionCategory, PipelineDefinition } from './pipeline';

/** The version of the event log that this package writes. A reader accepts every version up to it. */
export const EVENT_VERSION = 1;

/** CodePipeline's execution states (API Reference, PipelineExecution.status), and `Waiting`: stopped at an approval, resumable. */
export type ExecutionStatus =
  'InProgress' | 'Succeeded' | 'Failed' | 'Stopped' | 'Stopping' | 'Superseded' | 'Cancelled' | 'Waiting';
/** CodePipeline's stage states (API Reference, StageExecution.status). */
export type StageStatus = 'InProgress' | 'Succeeded' | 'Failed' | 'Stopped' | 'Stopping' | 'Cancelled' | 'Skipped';
/** Which actions a retried stage runs again (API Reference, RetryStageExecution.retryMode). */
export type RetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS';
/** CodePipeline's action states (API Reference, ActionExecution.status), and `NotRehearsed`: this machine cannot do it; never a pass. */
export type ActionStatus = 'InProgress' | 'Succeeded' | 'Failed' | 'Abandoned' | 'NotRehearsed';
/** CodeBuild's phases in their order (CodeBuild User Guide, "Build phase transitions"). */
export type BuildPhaseType =
  | 'SUBMITTED'
  | 'QUEUED'
  | 'PROVISIONING'
  | 'DOWNLOAD_SOURCE'
  | 'INSTALL'
  | 'PRE_BUILD'
  | 'BUILD'
  | 'POST_BUILD'
  | 'UPLOAD_ARTIFACTS'
  | 'FINALIZING'
  | 'COMPLETED';
/** CodeBuild's build and phase states (API Reference, BuildPhase.phaseStatus). */
export type BuildStatus = 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'TIMED_OUT' | 'IN_PROGRESS' | 'STOPPED';

/** Why an action failed, or could not be done: shown to a person as it stands. */
export interface Failure {
  /** CodePipeline's error codes where one fits (`JobFailed`, `ConfigurationError`, `PermissionError`, `TimeoutError`, `ApprovalRejected`), else ours. */
  readonly code: string;
  readonly message: string;
  readonly where?: { readonly file: string; readonly line?: number; readonly column?: number; readonly path?: string };
  readonly next?: string;
  /** Of a failed build: which phase, command and exit code. */
  readonly phase?: BuildPhaseType;
  readonly command?: string;
  readonly exitCode?: number;
  /** The last lines of what the failing command printed, masked, without terminal escapes. */
  readonly tail?: readonly string[];
}

/** A source revision (API Reference, SourceRevision / ArtifactRevision). */
export interface Revision {
  readonly actionName: string;
  readonly repository: string;
  readonly branch: string;
  readonly commitId: string;
  readonly author?: string;
  readonly message?: string;
  readonly committedAt?: string;
  /** The commit has uncommitted changes on top. */
  readonly uncommitted?: boolean;
}

/** One resource's change in a change set (CloudFormation API Reference, ResourceChange). */
export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly replacement?: 'True' | 'False' | 'Conditional';
  /** Property paths that change. */
  readonly properties: readonly string[];
  /** IAM statements or security group rules are touched. */
  readonly security?: boolean;
}

/** A test report's figures (CodeBuild API Reference, TestReportSummary). */
export interface ReportSummary {
  readonly group: string;
  readonly format: string;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly error: number;
  /** Seconds. */
  readonly durationSeconds: number;
  /** Coverage reports only: percent of lines. */
  readonly lineCoverage?: number;
  /** Coverage reports only: percent of branches, where the format counts them. */
  readonly branchCoverage?: number;
  /** Failed cases only in the event; all of them are in `file`. */
  readonly failures: readonly { readonly name: string; readonly suite?: string; readonly message?: string }[];
  /** Run-relative path of the full report as JSON. */
  readonly file?: string;
}

/** Every event's frame. Times are ISO 8601 with milliseconds, UTC. `sequence` counts from 1 in a run without gaps. */
export interface EventFrame {
  readonly v: number;
  readonly sequence: number;
  readonly time: string;
}

interface ActionKey {
  readonly executionId: string;
  readonly stage: string;
  readonly action: string;
  /** A retry has its own. */
  readonly actionExecutionId: string;
}

interface BuildKey extends ActionKey {
  /** `project:uuid`, CodeBuild's form. */
  readonly buildId: string;
}

/** What a run does, each kind once. The log on disk, the terminal, the state, the report and the API are views of these. */
export type RunEventBody =
  | {
      kind: 'run.started';
      runId: string;
      version: string;
      pipeline: string;
      assembly: string;
      options: Record<string, unknown>;
      pid: number;
    }
  | { kind: 'run.resumed'; pid: number }
  /** A tool or service that the pipeline needs: found, missing, or put in place by the run. */
  | {
      kind: 'tool.checked';
      name: string;
      status: 'found' | 'missing' | 'installed' | 'made';
      version?: string;
      detail?: string;
      neededBy: string[];
    }
  | { kind: 'process.started'; name: string; pid?: number; endpoint?: string; detail?: string }
  | { kind: 'process.stopped'; name: string; detail?: string }
  | { kind: 'pipeline.defined'; definition: PipelineDefinition }
  | { kind: 'pipeline.mutated'; fromStructureVersion: string; toStructureVersion: string; reason: string }
  | {
      kind: 'execution.started';
      executionId: string;
      structureVersion: string;
      trigger: { type: string; detail?: string };
      mode?: 'STANDARD' | 'ROLLBACK';
      rollbackTarget?: string;
      /** Of a rollback: the one stage that it runs. */
      stage?: string;
      /** Of a rollback: the target's revisions. */
      revisions?: Revision[];
      /** Of a rollback: what the namespaces of the target's other stages held. */
      namespaces?: Record<string, Record<string, string>>;
      /** Of a rollback: actions of the target's other stages that were not rehearsed. Nothing that they give is there. */
      notRehearsed?: readonly {
        readonly stage: string;
        readonly action: string;
        readonly missing: readonly string[];
      }[];
      /** Values of the pipeline's variables for this execution; its defaults are not repeated. */
      variables?: Record<string, string>;
      /** Revisions to take instead of the newest, by source action. */
      sourceRevisions?: { actionName: string; revisionValue: string }[];
    }
  /** Somebody stops it (StopPipelineExecution), or the engine was interrupted. `abandon`: actions in progress are not waited for. */
  | { kind: 'execution.stopping'; executionId: string; abandon: boolean; reason?: string }
  | { kind: 'execution.revisions'; executionId: string; revisions: Revision[] }
  | { kind: 'execution.ended'; executionId: string; status: ExecutionStatus; detail?: string }
  | {
      kind: 'stage.started';
      executionId: string;
      stage: string;
      attempt?: number;
      /** Set where the stage runs again: which actions do, and who asked for it (API Reference, RetryStageMetadata.latestRetryTrigger). */
      retry?: { mode: RetryMode; trigger: 'ManualStageRetry' | 'AutomatedStageRetry' };
      /** Set where the same attempt continues though this condition has failed it (API Reference, OverrideStageCondition). */
      override?: 'beforeEntry' | 'onSuccess';
    }
  | { kind: 'stage.ended'; executionId: string; stage: string; status: StageStatus; detail?: string }
  | {
      kind: 'condition.evaluated';
      executionId: string;
      stage: string;
      condition: 'beforeEntry' | 'onSuccess' | 'onFailure';
      rule: string;
      provider: string;
      status: 'Succeeded' | 'Failed' | 'NotRehearsed';
      result?: string;
      detail?: string;
    }
  /** The transition into a stage. */
  | { kind: 'transition.changed'; stage: string; enabled: boolean; reason?: string; by?: string }
  | ({
      kind: 'action.started';
      category: ActionCategory;
      provider: string;
      runOrder: number;
      configuration: Record<string, string>;
      inputArtifacts: string[];
    } & ActionKey)
  | ({
      kind: 'action.ended';
      status: Exclude<ActionStatus, 'InProgress'>;
      failure?: Failure;
      outputVariables?: Record<string, string>;
      outputArtifacts?: { name: string; path: string }[];
      externalExecutionId?: string;
      summary?: string;
      missing?: string[];
      commandSeconds?: number;
    } & ActionKey)
  | ({
      kind: 'build.started';
      project: string;
      buildNumber: number;
      buildspec: string;
      log: string;
      timeoutMinutes: number;
      /** Of a build of a batch: the batch's id, and what the batch says of this one. */
      batch?: { id: string; identifier: string; dependsOn: string[]; ignoreFailure: boolean };
    } & BuildKey)
  | ({ kind: 'build.phase.started'; phase: BuildPhaseType } & BuildKey)
  | ({
      kind: 'build.phase.ended';
      phase: BuildPhaseType;
      status: BuildStatus;
      seconds: number;
      context?: string;
    } & BuildKey)
  | ({
      kind: 'build.command.started';
      phase: BuildPhaseType;
      index: number;
      command: string;
      where?: string;
    } & BuildKey)
  | ({
      kind: 'build.command.ended';
      phase: BuildPhaseType;
      index: number;
      exitCode: number;
      seconds: number;
    } & BuildKey)
  | ({ kind: 'build.report'; report: ReportSummary } & BuildKey)
  | ({
      kind: 'build.ended';
      status: BuildStatus;
      exportedVariables?: Record<string, string>;
      logBytes: number;
    } & BuildKey)
  | ({ kind: 'approval.requested'; token: string; deadline: string; message?: string; link?: string } & ActionKey)
  | ({
      kind: 'approval.decided';
      token: string;
      status: 'Approved' | 'Rejected';
      by: string;
      comment?: string;
    } & ActionKey)
  | {
      kind: 'changeset.created';
      /** Where the stack is: events of older versions do not say. */
      account?: string;
      region?: string;
      executionId?: string;
      stage?: string;
      action?: string;
      environment: string;
      stackName: string;
      changeSetName: string;
      changes: ResourceChange[];
    }
  | {
      kind: 'stack.status';
      account?: string;
      region?: string;
      environment: string;
      stackName: string;
      status: string;
      reason?: string;
    }
  | {
      kind: 'resource.status';
      account?: string;
      region?: string;
      environment: string;
      stackName: string;
      logicalId: string;
      physicalId?: string;
      type: string;
      status: string;
      reason?: string;
      detail?: string;
    }
  /**
   * A note for the person: `limit` = the engine does not follow a rule here and says so. A `finding` is something that AWS lets pass and nobody can
   * have meant: an error with `--strict`.
   */
  | { kind: 'message'; level: 'info' | 'warning' | 'error' | 'limit'; text: string; where?: string; finding?: true }
  | { kind: 'endpoint.checked'; environment: string; name: string; url: string; status: number; body: string }
  | { kind: 'run.ended'; verdict: RunVerdict; summary: string; exitCode: number };

/** How a run ended. `waiting`: an approval is open; `incomplete`: nothing failed, some actions not rehearsed. */
export type RunVerdict = 'passed' | 'incomplete' | 'failed' | 'rejected' | 'waiting' | 'stopped' | 'interrupted';

export type RunEvent = EventFrame & RunEventBody;

/** Where the engine's parts put their events; the frame is added by the recorder. */
export type Emit = (event: RunEventBody) => void;
