import { randomUUID } from 'node:crypto';
import { SaiondoError } from '../../model/errors';
import type { Emit, RunEventBody } from '../../model/events';
import { actionPath, type ActionDefinition, type PipelineDefinition, type StageDefinition } from '../../model/pipeline';
import type { ActionState, ExecutionState, RunState } from '../../model/run-state';
import type { ActionResult } from '../action';
import { endAction, inputArtifacts, startAction, type ActionHost, type ActionRequest } from './action-job';
import {
  approvalResult,
  requestApproval,
  type ApprovalDecision,
  type Approver,
  type WaitingApproval,
} from './approval';
import type { ConditionType } from './conditions';
import type { PipelineControl } from './control';
import { actionKey, decide, isActive, ruleKey, type Situation, type Step } from './decide';
import {
  checkApproval,
  checkRetry,
  checkRollback,
  checkStart,
  checkStop,
  checkTransition,
  type KnownExecution,
  type StageTransition,
} from './requests';
import type { Limit } from './limits';
import { lastGood, rollbackOf } from './rollback';
import type { RuleResult, RuleRunners } from './rule';
import { resolveRule, variablesBefore } from './variables';

/** A run's record: what has happened, and where what happens next is put. */
export interface Journal {
  readonly runId: string;
  readonly state: RunState;
  readonly emit: Emit;
}

/** What runs on disk tell beside those that are open. */
export interface RunHistory {
  /** The executions of a pipeline in earlier runs, the oldest first. */
  executions(pipeline: string): readonly KnownExecution[];
  /** Opens an earlier run again, so that one of its executions can go on. */
  reopen(runId: string): Journal;
}

/** What a session works with. */
export interface SessionHost extends ActionHost {
  /** The run that new executions belong to. */
  readonly journal: Journal;
  readonly history: RunHistory;
  readonly rules: RuleRunners;
  readonly approve: Approver;
  /** The pipeline as it is deployed now; called often. */
  readonly deployed: () => PipelineDefinition;
  /** What of a pipeline is not followed; told when the pipeline is defined, before anything of it runs. */
  readonly limits: (pipeline: PipelineDefinition) => readonly Limit[];
  /** Aborted: the engine is to end; what runs is abandoned and can be resumed. */
  readonly signal: AbortSignal;
  /** Executions go no further than this stage. */
  readonly until?: string;
  /** Milliseconds since 1970; for tests of what takes days. */
  readonly now?: () => number;
}

/** The updates of its pipeline that one session follows; more would be a pipeline that never settles. */
const MOST_MUTATIONS = 3;

/** Something of an execution that runs in this engine. */
interface Job {
  readonly executionId: string;
  readonly abort: AbortController;
  /** Set when nobody waits for its result any more: it only has to go away. */
  abandoned: boolean;
}

/**
 * The embedded CodePipeline: one pipeline with its executions, stage locks and transitions. What is done next is decided from the recorded events alone
 * ({@link decide}); the session carries it out and takes requests while it does.
 */
export class PipelineSession implements PipelineControl {
  private readonly journals: Journal[];
  private readonly jobs = new Map<string, Job>();
  private readonly approvals = new Map<string, WaitingApproval>();
  private readonly settledWaiters: { done: () => void; fail: (error: unknown) => void }[] = [];
  private readonly activityWaiters: (() => void)[] = [];
  private pipeline: PipelineDefinition;
  private pumping = false;
  private interrupted = false;
  /** One action was asked for: nothing follows from it. */
  private alone = false;
  private mutations = 0;
  private failure: { error: unknown } | undefined;

  constructor(private readonly host: SessionHost) {
    this.journals = [host.journal];
    this.pipeline = host.journal.state.definition ?? host.deployed();
    const interrupt = (): void => this.interrupt();
    if (host.signal.aborted) this.interrupted = true;
    else host.signal.addEventListener('abort', interrupt, { once: true });
  }

  /** Follows an update that an engine before this one did not, and goes on with whatever has not ended. */
  open(): void {
    if (!this.host.journal.state.definition) this.define(this.pipeline);
    this.pump();
  }

  /** Everything that this session knows of its executions, the oldest first. */
  executions(): ExecutionState[] {
    const all = this.journals.flatMap((journal) => journal.state.executions);
    return this.journals.length === 1 ? all : all.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  /** The records of the runs that are open: the session's own first. */
  openJournals(): readonly Journal[] {
    return this.journals;
  }

  /** Resolves when nothing runs and nothing is to be started: all has ended, or waits for a person. @throws what ended the session */
  settled(): Promise<void> {
    return new Promise((done, fail) => {
      this.settledWaiters.push({ done, fail });
      this.checkSettled();
    });
  }

  /** Resolves at the next request that is granted. */
  nextActivity(): Promise<void> {
    return new Promise((done) => this.activityWaiters.push(done));
  }

  /** Runs one action alone, whatever its stage's state, on the artifacts that its execution has. */
  async runAlone(executionId: string, path: string): Promise<ActionState | undefined> {
    const execution = this.executionOf(executionId);
    const definition = this.definitionOf(execution);
    const stage = definition.stages.find((one) =>
      one.actions.some((action) => actionPath(one.name, action.name) === path),
    );
    const action = stage?.actions.find((one) => actionPath(stage.name, one.name) === path);
    if (!stage || !action)
      throw new SaiondoError(`the pipeline has no action ${path}`, {
        code: 'ACTION_UNKNOWN',
        next: `it has: ${definition.stages.flatMap((one) => one.actions.map((two) => actionPath(one.name, two.name))).join(', ')}`,
      });
    this.alone = true;
    this.guarded(() => this.startActionOf(execution, stage, action, randomUUID()));
    await this.settled();
    return execution.actions.get(path);
  }

  startPipelineExecution(request: Parameters<PipelineControl['startPipelineExecution']>[0]): {
    readonly pipelineExecutionId: string;
  } {
    checkStart(request, this.pipeline, this.executions());
    return this.granted(() => ({
      pipelineExecutionId: this.startExecution({
        trigger: request.trigger ?? { type: 'StartPipelineExecution' },
        ...(request.variables ? { variables: { ...request.variables } } : {}),
        ...(request.sourceRevisions ? { sourceRevisions: request.sourceRevisions.map((one) => ({ ...one })) } : {}),
      }),
    }));
  }

  stopPipelineExecution(request: Parameters<PipelineControl['stopPipelineExecution']>[0]): {
    readonly pipelineExecutionId: string;
  } {
    const known = checkStop(request, this.pipeline, this.known());
    return this.granted(() => {
      const execution = this.opened(known);
      this.stop(execution, request.abandon === true, request.reason);
      return { pipelineExecutionId: execution.executionId };
    });
  }

  retryStageExecution(request: Parameters<PipelineControl['retryStageExecution']>[0]): {
    readonly pipelineExecutionId: string;
  } {
    const known = checkRetry(request, this.pipeline, this.known());
    return this.granted(() => {
      const execution = this.opened(known);
      // One that an engine left in the middle has not failed: it just goes on.
      if (!isActive(execution))
        this.emitOf(execution)({
          kind: 'stage.started',
          executionId: request.pipelineExecutionId,
          stage: request.stageName,
          retry: { mode: request.retryMode, trigger: 'ManualStageRetry' },
        });
      return { pipelineExecutionId: request.pipelineExecutionId };
    });
  }

  rollbackStage(request: Parameters<PipelineControl['rollbackStage']>[0]): { readonly pipelineExecutionId: string } {
    const target = checkRollback(request, this.pipeline, this.known());
    return this.granted(() => ({
      pipelineExecutionId: this.startRollback(request.stageName, target, { type: 'ManualRollback' }),
    }));
  }

  putApprovalResult(request: Parameters<PipelineControl['putApprovalResult']>[0]): { readonly approvedAt: Date } {
    const known = checkApproval(request, this.pipeline, this.known());
    const key = actionKey(known.execution.executionId, request.stageName, request.actionName);
    return this.granted(() => {
      this.opened(known);
      const { status, summary } = request.result;
      this.decideApproval(key, { status, by: request.by, ...(summary ? { comment: summary } : {}) });
      return { approvedAt: new Date(this.now()) };
    });
  }

  setStageTransition(request: Parameters<PipelineControl['setStageTransition']>[0]): void {
    const transition: StageTransition = checkTransition(request, this.pipeline);
    this.granted(() => this.emitMain({ kind: 'transition.changed', ...transition }));
  }

  private now(): number {
    return this.host.now?.() ?? Date.now();
  }

  /** A request that has been found in order is carried out, and the pipeline goes on from there. */
  private granted<T>(act: () => T): T {
    this.refuseWhenOver();
    const result = this.guarded(act);
    for (const done of this.activityWaiters.splice(0)) done();
    this.pump();
    return result;
  }

  private refuseWhenOver(): void {
    if (this.failure || this.interrupted)
      throw new SaiondoError('this rehearsal is ending', {
        code: 'ConflictException',
        next: 'start it again: saiondo rehearse --resume',
      });
  }

  /** Whatever cannot be recorded ends the session: a run that is not recorded does not go on. */
  private guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    for (const job of this.jobs.values()) job.abort.abort(new Error('the run cannot be recorded'));
    for (const [key, approval] of this.approvals) {
      approval.cancel();
      this.approvals.delete(key);
    }
    this.checkSettled();
  }

  /** Carries out what is to be done until there is nothing more to do than wait. */
  private pump(): void {
    if (this.pumping || this.failure || this.alone) return;
    this.pumping = true;
    try {
      for (;;) {
        this.followUpdate();
        const steps = decide(this.situation()).filter((step) => !this.interrupted || step.kind.startsWith('end-'));
        if (steps.length === 0) break;
        for (const step of steps) this.act(step);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.pumping = false;
    }
    this.checkSettled();
  }

  private situation(): Situation {
    return {
      pipeline: this.pipeline,
      definitionOf: (execution) => this.definitionOf(execution),
      executions: this.executions(),
      enabled: (stage) => this.isEnabled(stage),
      busy: (key) => {
        const job = this.jobs.get(key);
        return this.approvals.has(key) ? 'running' : job && (job.abandoned ? 'leaving' : 'running');
      },
      ...(this.host.until === undefined ? {} : { until: this.host.until }),
    };
  }

  private isEnabled(stage: string): boolean {
    return (
      this.host.journal.state.transitions.get(stage)?.enabled ?? this.pipeline.disabledTransitions[stage] === undefined
    );
  }

  private act(step: Step): void {
    const execution = this.executionOf(step.executionId);
    const emit = this.emitOf(execution);
    const { executionId } = execution;
    switch (step.kind) {
      case 'enter-stage':
        return emit({ kind: 'stage.started', executionId, stage: step.stage });
      case 'retry-stage':
        return emit({
          kind: 'stage.started',
          executionId,
          stage: step.stage,
          retry: { mode: step.mode, trigger: 'AutomatedStageRetry' },
        });
      case 'start-action': {
        const [stage, action] = this.actionOf(execution, step.stage, step.action);
        const before = execution.actions.get(actionPath(step.stage, step.action));
        if (before?.approval && !before.approval.status) return this.awaitApproval(execution, stage, action, before);
        return this.startActionOf(execution, stage, action, before?.actionExecutionId ?? randomUUID());
      }
      case 'evaluate-rule':
        return this.evaluate(execution, step.stage, step.condition, step.rule);
      case 'roll-back': {
        const target = lastGood(step.stage, execution, this.pipeline, this.known());
        if (target)
          this.startRollback(step.stage, target, { type: 'AutomatedRollback', detail: execution.executionId });
        else
          emit({
            kind: 'message',
            level: 'info',
            text: `${step.stage} is not rolled back: no earlier execution of this pipeline’s structure succeeded there`,
          });
        return;
      }
      case 'end-stage': {
        for (const action of execution.actions.values())
          if (action.stage === step.stage && action.status === 'InProgress') this.abandon(execution, action);
        return emit({
          kind: 'stage.ended',
          executionId,
          stage: step.stage,
          status: step.status,
          ...(step.detail ? { detail: step.detail } : {}),
        });
      }
      case 'end-execution':
        return emit({
          kind: 'execution.ended',
          executionId,
          status: step.status,
          ...(step.detail ? { detail: step.detail } : {}),
        });
    }
  }

  /** An update of the pipeline, by its own self-mutation or by hand (CodePipeline User Guide, "Edit a pipeline"; `RestartExecutionOnUpdate`). */
  private followUpdate(): void {
    const next = this.host.deployed();
    if (next.structureVersion !== this.pipeline.structureVersion) {
      if (++this.mutations > MOST_MUTATIONS)
        throw new SaiondoError(`the pipeline changed itself ${this.mutations} times in one run`, {
          code: 'MUTATION_LOOP',
          next: 'its synth gives another pipeline each time: compare two of them',
        });
      this.emitMain({
        kind: 'pipeline.mutated',
        fromStructureVersion: this.pipeline.structureVersion,
        toStructureVersion: next.structureVersion,
        reason: 'self-mutation deployed another structure',
      });
      this.define(next);
    }
    if (this.interrupted || !this.pipeline.restartExecutionOnUpdate) return;
    // Not "after the update": an engine that was killed right after it finds the same state and starts it too.
    const last = this.host.journal.state.executions.at(-1);
    if (last && last.structureVersion !== this.pipeline.structureVersion)
      this.startExecution({
        trigger: { type: 'StartPipelineExecution', detail: 'the pipeline was updated' },
        ...(Object.keys(last.variables).length > 0 ? { variables: { ...last.variables } } : {}),
      });
  }

  private define(pipeline: PipelineDefinition): void {
    this.pipeline = pipeline;
    this.emitMain({ kind: 'pipeline.defined', definition: pipeline });
    for (const limit of this.host.limits(pipeline)) this.emitMain({ kind: 'message', level: 'limit', ...limit });
  }

  private startExecution(
    request: Pick<Extract<RunEventBody, { kind: 'execution.started' }>, 'trigger' | 'variables' | 'sourceRevisions'>,
  ): string {
    const executionId = randomUUID();
    this.emitMain({
      kind: 'execution.started',
      executionId,
      structureVersion: this.pipeline.structureVersion,
      ...request,
    });
    return executionId;
  }

  private startRollback(stage: string, target: KnownExecution, trigger: { type: string; detail?: string }): string {
    const event = rollbackOf(stage, target, this.pipeline, {
      runId: this.host.journal.runId,
      layout: this.host.layout,
      trigger,
    });
    this.emitMain(event);
    return event.executionId;
  }

  private startActionOf(
    execution: ExecutionState,
    stage: StageDefinition,
    action: ActionDefinition,
    actionExecutionId: string,
  ): void {
    const key = actionKey(execution.executionId, stage.name, action.name);
    const job: Job = { executionId: execution.executionId, abort: new AbortController(), abandoned: false };
    const request: ActionRequest = {
      runId: this.journalOf(execution).runId,
      pipeline: this.definitionOf(execution),
      execution,
      stage,
      action,
      actionExecutionId,
      emit: this.emitOf(execution),
      signal: job.abort.signal,
    };
    const started = startAction(request, this.host);
    if (started.kind === 'ended') return endAction(request, this.host, started.result);
    if (action.category === 'Approval') {
      requestApproval(request, started.resolved, this.now());
      const state = execution.actions.get(actionPath(stage.name, action.name));
      if (state) this.awaitApproval(execution, stage, action, state);
      return;
    }
    this.jobs.set(key, job);
    void started.run().then((result) => this.jobEnded(key, job, () => endAction(request, this.host, result)));
  }

  /** A job is over. Its result counts unless it was abandoned; either way its key is free again. */
  private jobEnded(key: string, job: Job, record: () => void): void {
    this.jobs.delete(key);
    if (!job.abandoned && !this.failure) {
      try {
        record();
      } catch (error) {
        this.fail(error);
      }
    }
    this.pump();
    this.checkSettled();
  }

  private evaluate(execution: ExecutionState, stageName: string, condition: ConditionType, ruleName: string): void {
    const definition = this.definitionOf(execution);
    const stage = definition.stages.find((one) => one.name === stageName);
    const rule = stage?.[condition]?.conditions.flatMap((one) => one.rules).find((one) => one.name === ruleName);
    if (!stage || !rule)
      throw new SaiondoError(`${stageName} has no rule ${ruleName}`, { code: 'RULE_MISSING', source: 'internal' });
    const key = ruleKey(execution.executionId, stageName, condition, ruleName);
    const job: Job = { executionId: execution.executionId, abort: new AbortController(), abandoned: false };
    const { runId } = this.journalOf(execution);
    const emit = this.emitOf(execution);
    const run = async (): Promise<RuleResult> => {
      const runner = this.host.rules.get(rule.provider);
      if (!runner)
        return {
          status: 'NotRehearsed',
          missing: [rule.provider],
          summary: `the rehearsal does not evaluate ${rule.provider} rules`,
        };
      try {
        const variables = variablesBefore(definition, execution, { stage: stageName, runOrder: Infinity });
        return await runner({
          layout: this.host.layout,
          runId,
          pipeline: definition,
          executionId: execution.executionId,
          ruleExecutionId: randomUUID(),
          stage: stageName,
          condition,
          rule: resolveRule(rule, variables, `${stageName}/${condition}/${ruleName}`),
          inputs: inputArtifacts(rule.inputArtifacts ?? [], { runId, execution }, this.host.layout),
          ledger: this.host.ledger,
          local: this.host.local,
          emit,
          signal: job.abort.signal,
        });
      } catch (error) {
        return { status: 'Failed', summary: error instanceof Error ? error.message : String(error) };
      }
    };
    this.jobs.set(key, job);
    const minutes = rule.timeoutInMinutes;
    let late = false;
    const expire = (): void => {
      late = true;
      job.abort.abort(new Error('timed out'));
    };
    const timer = minutes === undefined ? undefined : setTimeout(expire, minutes * 60_000);
    void run().then((found) => {
      clearTimeout(timer);
      this.jobEnded(key, job, () => {
        const result: RuleResult = late ? { status: 'Failed', summary: `it took more than ${minutes} minutes` } : found;
        if (result.status === 'Abandoned') return;
        emit({
          kind: 'condition.evaluated',
          executionId: execution.executionId,
          stage: stageName,
          condition,
          rule: ruleName,
          provider: rule.provider,
          status: result.status,
          detail: result.summary,
        });
      });
    });
  }

  /** An approval that waits: somebody is asked, and its deadline is watched. */
  private awaitApproval(
    execution: ExecutionState,
    stage: StageDefinition,
    action: ActionDefinition,
    state: ActionState,
  ): void {
    const key = actionKey(execution.executionId, stage.name, action.name);
    const { approval } = state;
    if (!approval) return;
    const waiting: WaitingApproval = approvalResult({
      approve: this.host.approve,
      request: { stage: stage.name, action: action.name, ...(approval.message ? { message: approval.message } : {}) },
      deadline: Date.parse(approval.deadline),
      now: () => this.now(),
      decided: (decision) => {
        if (this.approvals.get(key) !== waiting) return;
        this.guarded(() => this.decideApproval(key, decision));
        this.pump();
      },
      expired: () => {
        if (this.approvals.get(key) !== waiting) return;
        this.guarded(() => this.expireApproval(key));
        this.pump();
      },
      undecided: () => this.checkSettled(),
    });
    this.approvals.set(key, waiting);
    waiting.begin();
  }

  private decideApproval(key: string, decision: ApprovalDecision): void {
    const { execution, action } = this.approvalOf(key);
    const { stage, actionExecutionId } = action;
    const at = { executionId: execution.executionId, stage, action: action.action, actionExecutionId };
    const emit = this.emitOf(execution);
    emit({
      kind: 'approval.decided',
      ...at,
      token: action.approval?.token ?? '',
      status: decision.status,
      by: decision.by,
      ...(decision.comment ? { comment: decision.comment } : {}),
    });
    this.endApproval(
      key,
      execution,
      action,
      decision.status === 'Approved'
        ? { status: 'Succeeded', summary: `approved by ${decision.by}` }
        : {
            status: 'Failed',
            failure: {
              code: 'ApprovalRejected',
              message: `rejected by ${decision.by}${decision.comment ? `: ${decision.comment}` : ''}`,
            },
          },
    );
  }

  /** A deadline that has passed is a rejection (CodePipeline User Guide, "Add a manual approval action"). */
  private expireApproval(key: string): void {
    const { execution, action } = this.approvalOf(key);
    this.endApproval(key, execution, action, {
      status: 'Failed',
      failure: {
        code: 'TimeoutError',
        message: `nobody decided until ${action.approval?.deadline ?? ''}: the approval timed out, which rejects it`,
      },
    });
  }

  private endApproval(key: string, execution: ExecutionState, action: ActionState, result: ActionResult): void {
    this.approvals.get(key)?.cancel();
    this.approvals.delete(key);
    const [stage, definition] = this.actionOf(execution, action.stage, action.action);
    endAction(
      {
        runId: this.journalOf(execution).runId,
        pipeline: this.definitionOf(execution),
        execution,
        stage,
        action: definition,
        actionExecutionId: action.actionExecutionId,
        emit: this.emitOf(execution),
      },
      this.host,
      result,
    );
  }

  private approvalOf(key: string): { execution: ExecutionState; action: ActionState } {
    for (const execution of this.executions())
      for (const action of execution.actions.values())
        if (actionKey(execution.executionId, action.stage, action.action) === key) return { execution, action };
    throw new SaiondoError(`no approval ${key} waits`, { code: 'APPROVAL_MISSING', source: 'internal' });
  }

  private stop(execution: ExecutionState, abandon: boolean, reason: string | undefined): void {
    const { executionId } = execution;
    this.emitOf(execution)({
      kind: 'execution.stopping',
      executionId,
      abandon,
      ...(reason ? { reason } : {}),
    });
    if (!abandon) return;
    for (const action of execution.actions.values())
      if (action.status === 'InProgress') this.abandon(execution, action);
    for (const job of this.jobs.values())
      if (job.executionId === executionId && !job.abandoned) {
        job.abandoned = true;
        job.abort.abort(new Error('abandoned'));
      }
  }

  private abandon(execution: ExecutionState, action: ActionState): void {
    const key = actionKey(execution.executionId, action.stage, action.action);
    const job = this.jobs.get(key);
    if (job) {
      job.abandoned = true;
      job.abort.abort(new Error('abandoned'));
    }
    this.endApproval(key, execution, action, { status: 'Abandoned', summary: 'the execution was stopped' });
  }

  /** Ctrl-C: what runs is abandoned and can be resumed; what waits for a person goes on waiting. */
  private interrupt(): void {
    this.interrupted = true;
    for (const approval of this.approvals.values()) approval.cancel();
    if (this.failure) return;
    try {
      for (const execution of this.executions()) {
        if (!isActive(execution)) continue;
        if ([...this.jobs.values()].some((job) => job.executionId === execution.executionId && !job.abandoned))
          this.stop(execution, true, 'interrupted');
      }
    } catch (error) {
      this.fail(error);
    }
    this.pump();
  }

  private checkSettled(): void {
    const quiet =
      this.jobs.size === 0 &&
      !this.pumping &&
      (this.interrupted || ![...this.approvals.values()].some((one) => one.asking));
    if (!quiet) return;
    for (const { done, fail } of this.settledWaiters.splice(0)) {
      if (this.failure) fail(this.failure.error);
      else done();
    }
  }

  private definitionOf(execution: ExecutionState): PipelineDefinition {
    if (execution.structureVersion === this.pipeline.structureVersion) return this.pipeline;
    return (
      this.journalOf(execution).state.definitions.find((one) => one.structureVersion === execution.structureVersion) ??
      this.pipeline
    );
  }

  private actionOf(execution: ExecutionState, stageName: string, name: string): [StageDefinition, ActionDefinition] {
    const stage = this.definitionOf(execution).stages.find((one) => one.name === stageName);
    const action = stage?.actions.find((one) => one.name === name);
    if (!stage || !action)
      throw new SaiondoError(`the pipeline has no action ${actionPath(stageName, name)}`, {
        code: 'ACTION_UNKNOWN',
        source: 'internal',
      });
    return [stage, action];
  }

  private executionOf(executionId: string): ExecutionState {
    const execution = this.executions().find((one) => one.executionId === executionId);
    if (!execution)
      throw new SaiondoError(`there is no execution ${executionId}`, { code: 'PipelineExecutionNotFoundException' });
    return execution;
  }

  private journalOf(execution: ExecutionState): Journal {
    return this.journals.find((journal) => journal.state.executions.includes(execution)) ?? this.host.journal;
  }

  /** Every execution of the pipeline, in the runs that are open and in those on disk. */
  private known(): KnownExecution[] {
    const open = new Set(this.journals.map((journal) => journal.runId));
    return [
      ...this.host.history.executions(this.pipeline.name).filter((one) => !open.has(one.runId)),
      ...this.executions().map((execution) => ({ runId: this.journalOf(execution).runId, execution, open: true })),
    ].sort((a, b) => a.execution.startedAt.localeCompare(b.execution.startedAt));
  }

  /** A known execution as one of this session's; its run is opened again where it is not. */
  private opened({ runId, execution }: KnownExecution): ExecutionState {
    if (!this.journals.some((journal) => journal.runId === runId)) this.journals.push(this.host.history.reopen(runId));
    return this.executionOf(execution.executionId);
  }

  private emitOf(execution: ExecutionState): Emit {
    const journal = this.journalOf(execution);
    return (event) => this.emitTo(journal, event);
  }

  private emitMain(event: RunEventBody): void {
    this.emitTo(this.host.journal, event);
  }

  /** A run that had its verdict goes on when something happens in it again. */
  private emitTo(journal: Journal, event: RunEventBody): void {
    if (journal.state.verdict) journal.emit({ kind: 'run.resumed', pid: process.pid });
    journal.emit(event);
  }
}
