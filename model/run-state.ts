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
  /** Where this attempt's records begin in the execution's `conditions`. */
  readonly conditionsFrom: number;
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
  transitions: Map<string, { enabled: boolean; reason?: string; changedAt: string }>;
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
  messages: { level: string; text: string; where?: string; time: string }[];
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

/** The execution that a run is judged by: a rollback mends what another has broken, it does not pass in its place. */
export function judgedExecution(run: RunState): ExecutionState | undefined {
  return run.executions.findLast((execution) => execution.mode === 'STANDARD') ?? currentExecution(run);
}

/** Takes one more event into the state, in place. Events of a newer version that are not known are passed over. */
export function applyEvent(run: RunState, event: RunEvent): RunState {
  run.sequence = event.sequence;
  const execution =
    'executionId' in event ? run.executions.find((one) => one.executionId === event.executionId) : undefined;
  switch (event.kind) {
    case 'run.started':
      run.runId = event.runId;
      run.pipeline = event.pipeline;
      run.startedAt = event.time;
      run.pid = event.pid;
      break;
    case 'run.resumed':
      run.pid = event.pid;
      delete run.verdict;
      delete run.endedAt;
      break;
    case 'tool.checked':
      run.tools.push({
        name: event.name,
        status: event.status,
        ...(event.detail ? { detail: event.detail } : {}),
        neededBy: event.neededBy,
      });
      break;
    case 'pipeline.defined':
      run.definition = event.definition;
      if (run.definitions.at(-1)?.structureVersion !== event.definition.structureVersion)
        run.definitions.push(event.definition);
      break;
    case 'execution.started':
      run.executions.push({
        executionId: event.executionId,
        structureVersion: event.structureVersion,
        trigger: event.trigger,
        mode: event.mode ?? 'STANDARD',
        ...(event.rollbackTarget ? { rollbackTarget: event.rollbackTarget } : {}),
        ...(event.stage ? { rollbackStage: event.stage } : {}),
        ...(event.namespaces ? { namespaces: event.namespaces } : {}),
        variables: event.variables ?? {},
        sourceRevisions: event.sourceRevisions ?? [],
        startedAt: event.time,
        status: 'InProgress',
        revisions: event.revisions ?? [],
        stages: new Map(),
        actions: new Map(),
        actionExecutions: [],
        conditions: [],
      });
      break;
    case 'execution.revisions':
      // A source action that runs again replaces what it took before.
      if (execution) {
        const again = new Set(event.revisions.map((one) => one.actionName));
        execution.revisions = [...execution.revisions.filter((one) => !again.has(one.actionName)), ...event.revisions];
      }
      break;
    case 'execution.ended':
      if (execution) {
        execution.status = event.status;
        execution.endedAt = event.time;
        if (event.detail) execution.detail = event.detail;
      }
      break;
    case 'stage.started':
      if (execution) startStage(execution, event);
      break;
    case 'execution.stopping':
      if (execution) {
        execution.status = 'Stopping';
        execution.stopping = { abandon: event.abandon, ...(event.reason ? { reason: event.reason } : {}) };
        const stage = [...execution.stages.values()].find((one) => one.status === 'InProgress');
        if (stage) stage.status = 'Stopping';
      }
      break;
    case 'stage.ended': {
      const stage = execution?.stages.get(event.stage);
      if (stage)
        Object.assign(stage, {
          status: event.status,
          endedAt: event.time,
          ...(event.detail ? { detail: event.detail } : {}),
        });
      break;
    }
    case 'action.started': {
      const action: ActionState = {
        stage: event.stage,
        action: event.action,
        actionExecutionId: event.actionExecutionId,
        provider: event.provider,
        category: event.category,
        runOrder: event.runOrder,
        configuration: event.configuration,
        inputArtifacts: event.inputArtifacts,
        startedAt: event.time,
        status: 'InProgress',
      };
      if (!execution) break;
      execution.actions.set(`${event.stage}/${event.action}`, action);
      // An interrupted action that goes on in a resumed run keeps its id: it is the same execution of it.
      const known = execution.actionExecutions.findIndex((one) => one.actionExecutionId === event.actionExecutionId);
      if (known < 0) execution.actionExecutions.push(action);
      else execution.actionExecutions[known] = action;
      break;
    }
    case 'action.ended': {
      const action = execution?.actions.get(`${event.stage}/${event.action}`);
      if (action) {
        const {
          status,
          failure,
          outputVariables,
          outputArtifacts,
          externalExecutionId,
          summary,
          missing,
          commandSeconds,
        } = event;
        Object.assign(action, {
          status,
          failure,
          outputVariables,
          outputArtifacts,
          externalExecutionId,
          summary,
          missing,
          commandSeconds,
          endedAt: event.time,
        });
      }
      break;
    }
    case 'approval.requested': {
      const action = execution?.actions.get(`${event.stage}/${event.action}`);
      if (action)
        action.approval = {
          token: event.token,
          deadline: event.deadline,
          ...(event.message ? { message: event.message } : {}),
        };
      break;
    }
    case 'approval.decided': {
      const action = execution?.actions.get(`${event.stage}/${event.action}`);
      if (action?.approval)
        Object.assign(action.approval, { status: event.status, by: event.by, comment: event.comment });
      break;
    }
    case 'build.started':
      run.builds.set(event.buildId, {
        buildId: event.buildId,
        project: event.project,
        buildNumber: event.buildNumber,
        executionId: event.executionId,
        actionExecutionId: event.actionExecutionId,
        stage: event.stage,
        action: event.action,
        buildspec: event.buildspec,
        timeoutMinutes: event.timeoutMinutes,
        log: event.log,
        startedAt: event.time,
        status: 'IN_PROGRESS',
        phases: [],
        reports: [],
      });
      break;
    case 'build.phase.started':
      run.builds.get(event.buildId)?.phases.push({ phase: event.phase, status: 'IN_PROGRESS', startedAt: event.time });
      break;
    case 'build.phase.ended': {
      const phase = run.builds.get(event.buildId)?.phases.find((one) => one.phase === event.phase);
      if (phase)
        Object.assign(phase, {
          status: event.status,
          seconds: event.seconds,
          ...(event.context ? { context: event.context } : {}),
        });
      break;
    }
    case 'build.command.started': {
      const build = run.builds.get(event.buildId);
      if (build) build.command = event.command;
      break;
    }
    case 'build.command.ended':
      delete run.builds.get(event.buildId)?.command;
      break;
    case 'build.report':
      run.builds.get(event.buildId)?.reports.push(event.report);
      break;
    case 'build.ended': {
      const build = run.builds.get(event.buildId);
      if (build)
        Object.assign(build, {
          status: event.status,
          endedAt: event.time,
          ...(event.exportedVariables ? { exportedVariables: event.exportedVariables } : {}),
        });
      break;
    }
    case 'changeset.created':
      run.changeSets.push({
        environment: event.environment,
        stackName: event.stackName,
        changes: event.changes,
        ...(event.stage ? { stage: event.stage } : {}),
        ...(event.action ? { action: event.action } : {}),
      });
      break;
    case 'message':
      run.messages.push({
        level: event.level,
        text: event.text,
        time: event.time,
        ...(event.where ? { where: event.where } : {}),
      });
      break;
    case 'endpoint.checked':
      run.endpoints.push({
        environment: event.environment,
        name: event.name,
        url: event.url,
        status: event.status,
        body: event.body,
      });
      break;
    case 'run.ended':
      run.verdict = event.verdict;
      run.summary = event.summary;
      run.exitCode = event.exitCode;
      run.endedAt = event.time;
      break;
    case 'condition.evaluated':
      execution?.conditions.push({
        stage: event.stage,
        condition: event.condition,
        rule: event.rule,
        provider: event.provider,
        status: event.status,
        ...(event.result ? { result: event.result } : {}),
        ...(event.detail ? { detail: event.detail } : {}),
        time: event.time,
      });
      break;
    case 'transition.changed':
      run.transitions.set(event.stage, {
        enabled: event.enabled,
        ...(event.reason ? { reason: event.reason } : {}),
        changedAt: event.time,
      });
      break;
    case 'process.started':
    case 'process.stopped':
    case 'pipeline.mutated':
      break;
    case 'stack.status':
    case 'resource.status':
      run.stackEvents.push(event);
      break;
  }
  return run;
}

/** A stage begins, or begins again: then what is to run again is forgotten, and the execution goes on. */
function startStage(execution: ExecutionState, event: Extract<RunEvent, { kind: 'stage.started' }>): void {
  const { stage, retry } = event;
  const before = execution.stages.get(stage);
  execution.stages.set(stage, {
    status: 'InProgress',
    startedAt: event.time,
    attempt: event.attempt ?? (before?.attempt ?? 0) + 1,
    automaticRetries: (before?.automaticRetries ?? 0) + (retry?.trigger === 'AutomatedStageRetry' ? 1 : 0),
    conditionsFrom: execution.conditions.length,
  });
  execution.status = 'InProgress';
  delete execution.endedAt;
  delete execution.detail;
  delete execution.stopping;
  if (!retry) return;
  for (const [path, action] of execution.actions) {
    const again = retry.mode === 'ALL_ACTIONS' || action.status === 'Failed' || action.status === 'Abandoned';
    if (action.stage === stage && again) execution.actions.delete(path);
  }
}
