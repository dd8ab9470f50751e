import type {
  ActionStatus,
  BuildPhaseType,
  ExecutionStatus,
  Failure,
  ReportSummary,
  ResourceChange,
  Revision,
  RunEvent,
  RunVerdict,
  StageStatus,
} from './events';
import type { PipelineDefinition } from './pipeline';

/** A build of a run, as its events tell it. */
export interface BuildState {
  readonly buildId: string;
  readonly project: string;
  readonly buildNumber: number;
  readonly executionId: string;
  readonly actionExecutionId: string;
  readonly stage: string;
  readonly action: string;
  readonly buildspec: string;
  readonly timeoutMinutes: number;
  readonly batch?: Extract<RunEvent, { kind: 'build.started' }>['batch'];
  /** Run-relative path. */
  readonly log: string;
  readonly startedAt: string;
  endedAt?: string;
  status: string;
  phases: { phase: BuildPhaseType; status: string; startedAt: string; seconds?: number; context?: string }[];
  reports: ReportSummary[];
  exportedVariables?: Record<string, string>;
  /** The command that runs now. */
  command?: string;
}

/** An action of an execution, as its events tell it. */
export interface ActionState {
  readonly stage: string;
  readonly action: string;
  readonly actionExecutionId: string;
  readonly provider: string;
  readonly category: string;
  readonly runOrder: number;
  /** With every variable resolved. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly inputArtifacts: readonly string[];
  readonly startedAt: string;
  endedAt?: string;
  status: ActionStatus;
  failure?: Failure;
  missing?: string[];
  summary?: string;
  outputVariables?: Record<string, string>;
  outputArtifacts?: { name: string; path: string }[];
  externalExecutionId?: string;
  commandSeconds?: number;
  approval?: {
    token: string;
    deadline: string;
    message?: string;
    status?: 'Approved' | 'Rejected';
    by?: string;
    comment?: string;
  };
}

/** A stage of an execution: its latest attempt. */
export interface StageState {
  status: StageStatus;
  readonly startedAt: string;
  endedAt?: string;
  detail?: string;
  /** Counts from 1; a retry is another one. */
  readonly attempt: number;
  /** How many of the attempts a failure started by itself (`onFailure` RETRY). */
  readonly automaticRetries: number;
  /** Conditions of this attempt that somebody has overridden: they count as passed. */
  readonly overridden: readonly ('beforeEntry' | 'onSuccess')[];
  /** Where this attempt's records begin in the execution's `conditions`. */
  readonly conditionsFrom: number;
}

/** An action that this machine could not rehearse, and what it lacks. */
export interface UnrehearsedAction {
  readonly stage: string;
  readonly action: string;
  readonly missing: readonly string[];
}

/** An execution of the pipeline within a run. */
export interface ExecutionState {
  readonly executionId: string;
  readonly structureVersion: string;
  readonly trigger: { type: string; detail?: string };
  readonly mode: 'STANDARD' | 'ROLLBACK';
  /** Of a rollback: the execution whose revisions, artifacts and variables it takes. */
  readonly rollbackTarget?: string;
  /** Of a rollback: the one stage that it runs. */
  readonly rollbackStage?: string;
  /** Of a rollback: what the namespaces of the target's other stages held. */
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of a rollback: what its target had not rehearsed in its other stages. */
  readonly notRehearsed?: readonly UnrehearsedAction[];
  /** Values given for the pipeline's variables; those that are missing have their defaults. */
  readonly variables: Readonly<Record<string, string>>;
  /** Revisions to take instead of the newest. */
  readonly sourceRevisions: readonly { readonly actionName: string; readonly revisionValue: string }[];
  /** Set while it is being stopped, and afterwards. */
  stopping?: { abandon: boolean; reason?: string };
  readonly startedAt: string;
  endedAt?: string;
  status: ExecutionStatus;
  detail?: string;
  revisions: Revision[];
  stages: Map<string, StageState>;
  /** The latest execution of each action, by `Stage/Action`. */
  actions: Map<string, ActionState>;
  /** Every execution of every action, retries too, in the order in which they started. */
  actionExecutions: ActionState[];
  conditions: ConditionRecord[];
}

/** A rule of a stage's condition as it was evaluated. */
export interface ConditionRecord {
  readonly stage: string;
  readonly condition: 'beforeEntry' | 'onSuccess' | 'onFailure';
  readonly rule: string;
  readonly provider: string;
  readonly status: 'Succeeded' | 'Failed' | 'NotRehearsed';
  readonly result?: string;
  readonly detail?: string;
  readonly time: string;
}

/** What became of a stack, or of a resource in it. */
export type StackEvent = Extract<RunEvent, { kind: 'stack.status' | 'resource.status' }>;

/** A run as a whole: what every view shows, folded from its events and nothing else. */
export interface RunState {
  runId: string;
  pipeline: string;
  /** The process of the engine that works on it, or did last. */
  pid?: number;
  startedAt?: string;
  endedAt?: string;
  /** The pipeline as it is now. */
  definition?: PipelineDefinition;
  /** Every structure that the pipeline had in this run, the oldest first. */
  definitions: PipelineDefinition[];
  /** Transitions that somebody disabled or enabled in this run, by the stage that they lead into. */
  transitions: Map<string, { enabled: boolean; reason?: string; by?: string; changedAt: string }>;
  executions: ExecutionState[];
  builds: Map<string, BuildState>;
  changeSets: {
    environment: string;
    stackName: string;
    stage?: string;
    action?: string;
    changes: readonly ResourceChange[];
  }[];
  /** What became of stacks and their resources, in the order in which it happened. */
  stackEvents: StackEvent[];
  tools: { name: string; status: string; detail?: string; neededBy: string[] }[];
  messages: { level: string; text: string; where?: string; time: string; finding?: true }[];
  endpoints: { environment: string; name: string; url: string; status: number; body: string }[];
  verdict?: RunVerdict;
  summary?: string;
  exitCode?: number;
  sequence: number;
}

/** The state before any event. */
export function emptyRun(): RunState {
  return {
    runId: '',
    pipeline: '',
    definitions: [],
    transitions: new Map(),
    executions: [],
    builds: new Map(),
    changeSets: [],
    stackEvents: [],
    tools: [],
    messages: [],
    endpoints: [],
    sequence: 0,
  };
}

/** The execution that runs, or ran last. */
export function currentExecution(run: RunState): ExecutionState | undefined {
  return run.executions.at(-1);
}

/** The execution that a run is judged by: a rollback fixes what another has broken, it does not pass in its place. */
export function judgedExecution(run: RunState): ExecutionState | undefined {
  return run.executions.findLast((execution) => execution.mode === 'STANDARD') ?? currentExecution(run);
}

/** The executions that rolled a stage back because an execution failed, or after it: those that began later than it did, the oldest first. */
export function rollbacksAfter(run: RunState, execution: ExecutionState | undefined): ExecutionState[] {
  const at = execution ? run.executions.indexOf(execution) : -1;
  return run.executions.slice(at + 1).filter((one) => one.mode === 'ROLLBACK');
}

/** Whether an action is an approval that nobody has decided yet. */
export function waitsForDecision({ status, approval }: Pick<ActionState, 'status' | 'approval'>): boolean {
  return status === 'InProgress' && approval !== undefined && approval.status === undefined;
}

/** The action of an execution that failed first. */
export function failedAction(execution: ExecutionState | undefined): ActionState | undefined {
  return [...(execution?.actions.values() ?? [])].find((one) => one.status === 'Failed');
}
