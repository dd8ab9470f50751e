// Longer than 300 lines: one class takes every request and event of an execution, so that one place alone changes it.
import { randomUUID } from 'node:crypto';
import { SaiondoError } from '../../../model/errors';
import type { RunEventBody } from '../../../model/events';
import {
  actionPath,
  type ActionDefinition,
  type PipelineDefinition,
  type StageDefinition,
} from '../../../model/pipeline';
import type { ActionState, ExecutionState } from '../../../model/run-state';
import { endAction, startAction, type ActionHost, type ActionRequest } from './action-job';
import { requestApproval, type Approver } from './approval';
import type { ConditionType } from './conditions';
import type { PipelineControl } from '../../ports/pipeline-control';
import { actionKey, decide, isActive, ruleKey, type Situation, type Step } from './decide';
import { jobOf, Jobs, type Job } from './jobs';
import { actionIn, Journals, type Journal, type RunHistory } from './journals';
import type { KnownExecution } from './known-execution';
import {
  checkApproval,
  checkOverride,
  checkRetry,
  checkRollback,
  checkStart,
  checkStop,
  checkTransition,
} from './requests';
import { lastGood, rollbackOf } from './rollback';
import type { RuleRunners } from '../../ports/rule';
import { evaluated, evaluateRule, ruleIn, type RuleRequest } from './rule-job';
import { eventOf } from './step-events';
import { Structure, type StructureHost } from './structure';
import { WaitingApprovals } from './waiting-approvals';

/** What a session works with. */
export interface SessionHost extends ActionHost, StructureHost {
  /** The run that new executions belong to. */
  readonly journal: Journal;
  readonly history: RunHistory;
  readonly rules: RuleRunners;
  readonly approve: Approver;
  /** Aborted: the engine is to end; what runs is abandoned and can be resumed. */
  readonly signal: AbortSignal;
  /** Executions go no further than this stage. */
  readonly until?: string;
  /** Milliseconds since 1970; for tests of what takes days. */
  readonly now?: () => number;
}

/**
 * The embedded CodePipeline: one pipeline with its executions, stage locks and transitions. What is done next is decided from the recorded events alone
 * ({@link decide}); the session carries it out and takes requests while it does.
 */
export class PipelineSession implements PipelineControl {
  private readonly journals: Journals;
  private readonly jobs = new Jobs();
  private readonly structure: Structure;
  private readonly approvals: WaitingApprovals;
  private readonly settledWaiters: { done: () => void; fail: (error: unknown) => void }[] = [];
  private readonly activityWaiters: (() => void)[] = [];
  private pumping = false;
  private interrupted = false;
  /** One action was asked for: nothing follows from it. */
  private alone = false;
  private failure: { error: unknown } | undefined;

  constructor(private readonly host: SessionHost) {
    this.journals = new Journals(host.journal, host.history);
    this.approvals = new WaitingApprovals(this.journals, {
      layout: host.layout,
      ledger: host.ledger,
      local: host.local,
      runners: host.runners,
      approve: host.approve,
      definitionOf: (execution) => this.definitionOf(execution),
      now: () => this.now(),
      decided: (record) => {
        this.record(record);
        this.pump();
      },
      undecided: () => this.checkSettled(),
    });
    this.structure = new Structure(host, this.journals, host.journal.state.definition);
    const interrupt = (): void => this.interrupt();
    if (host.signal.aborted) this.interrupted = true;
    else host.signal.addEventListener('abort', interrupt, { once: true });
  }

  /** Follows an update that an engine before this one did not, and continues with whatever has not ended. */
  open(): void {
    this.structure.begin();
    this.pump();
  }

  /** Everything that this session knows of its executions, the oldest first. */
  executions(): ExecutionState[] {
    return this.journals.executions();
  }

  /** The records of the runs that are open: the session's own first. */
  openJournals(): readonly Journal[] {
    return this.journals.all();
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
    const execution = this.journals.execution(executionId);
    const [stage, action] = actionIn(this.definitionOf(execution), path);
    this.alone = true;
    this.guarded(() => this.startActionOf(execution, stage, action, randomUUID()));
    await this.settled();
    return execution.actions.get(path);
  }

  /**
   * Runs these actions (`Stage/Action`) in an execution of their own and nothing else, in the pipeline's order, those of one run order at once. After one that did
   * not succeed nothing more starts.
   */
  async runChosen(paths: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<void> {
    this.alone = true;
    const executionId = this.guarded(() =>
      this.startExecution({
        trigger: { type: 'StartPipelineExecution', detail: paths.at(-1) ?? '' },
        ...(Object.keys(variables).length > 0 ? { variables: { ...variables } } : {}),
      }),
    );
    const execution = this.journals.execution(executionId);
    const isOver = (): boolean =>
      this.interrupted || [...execution.actions.values()].some((one) => one.status === 'Failed');
    for (const stage of this.definitionOf(execution).stages) {
      const chosen = stage.actions.filter((action) => paths.includes(actionPath(stage.name, action.name)));
      if (chosen.length === 0 || isOver()) continue;
      this.guarded(() => this.journals.emit({ kind: 'stage.started', executionId, stage: stage.name }));
      const orders = [...new Set(chosen.map(({ runOrder }) => runOrder))].sort((a, b) => a - b);
      for (const order of orders) {
        if (isOver()) break;
        for (const action of chosen.filter(({ runOrder }) => runOrder === order))
          this.guarded(() => this.startActionOf(execution, stage, action, randomUUID()));
        await this.settled();
      }
      const status = this.interrupted ? 'Stopped' : isOver() ? 'Failed' : 'Succeeded';
      if (!this.failure) this.journals.emit({ kind: 'stage.ended', executionId, stage: stage.name, status });
    }
    const status = this.interrupted ? 'Stopped' : isOver() ? 'Failed' : 'Succeeded';
    if (isActive(execution)) this.guarded(() => this.journals.emit({ kind: 'execution.ended', executionId, status }));
  }

  /** Continues a stage that failed or was stopped, because the run's owner asks for it: newer executions elsewhere do not matter. */
  resumeStage(executionId: string, stage: string): void {
    this.granted(() =>
      this.journals.emit({
        kind: 'stage.started',
        executionId,
        stage,
        retry: { mode: 'FAILED_ACTIONS', trigger: 'ManualStageRetry' },
      }),
    );
  }

  startPipelineExecution(request: Parameters<PipelineControl['startPipelineExecution']>[0]): {
    readonly pipelineExecutionId: string;
  } {
    checkStart(request, this.pipeline, this.journals.executions());
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
    const known = checkStop(request, this.pipeline, this.journals.known(this.pipeline.name));
    return this.granted(() => {
      const execution = this.journals.opened(known);
      this.stop(execution, request.abandon === true, request.reason);
      return { pipelineExecutionId: execution.executionId };
    });
  }

  retryStageExecution(request: Parameters<PipelineControl['retryStageExecution']>[0]): {
    readonly pipelineExecutionId: string;
  } {
    const known = checkRetry(request, this.pipeline, this.journals.known(this.pipeline.name));
    return this.granted(() => {
      const execution = this.journals.opened(known);
      // One that an engine left in the middle has not failed: it just continues.
      if (!isActive(execution))
        this.journals.emitOf(execution)({
          kind: 'stage.started',
          executionId: request.pipelineExecutionId,
          stage: request.stageName,
          retry: { mode: request.retryMode, trigger: 'ManualStageRetry' },
        });
      return { pipelineExecutionId: request.pipelineExecutionId };
    });
  }

  overrideStageCondition(request: Parameters<PipelineControl['overrideStageCondition']>[0]): void {
    const known = checkOverride(request, this.pipeline, this.journals.known(this.pipeline.name));
    const { pipelineExecutionId: executionId, stageName: stage, condition: override } = request;
    this.granted(() => {
      const execution = this.journals.opened(known);
      this.journals.emitOf(execution)({ kind: 'stage.started', executionId, stage, override });
    });
  }

  rollbackStage(request: Parameters<PipelineControl['rollbackStage']>[0]): { readonly pipelineExecutionId: string } {
    const target = checkRollback(request, this.pipeline, this.journals.known(this.pipeline.name));
    return this.granted(() => ({
      pipelineExecutionId: this.startRollback(request.stageName, target, { type: 'ManualRollback' }),
    }));
  }

  putApprovalResult(request: Parameters<PipelineControl['putApprovalResult']>[0]): { readonly approvedAt: Date } {
    const known = checkApproval(request, this.pipeline, this.journals.known(this.pipeline.name));
    const key = actionKey(known.executionId, request.stageName, request.actionName);
    return this.granted(() => {
      this.journals.opened(known);
      const { status, summary } = request.result;
      this.approvals.decide(key, { status, by: request.by, ...(summary ? { comment: summary } : {}) });
      return { approvedAt: new Date(this.now()) };
    });
  }

  setStageTransition(request: Parameters<PipelineControl['setStageTransition']>[0]): void {
    const transition = checkTransition(request, this.pipeline);
    this.granted(() => this.journals.emit({ kind: 'transition.changed', ...transition }));
  }

  private get pipeline(): PipelineDefinition {
    return this.structure.pipeline;
  }

  private now(): number {
    return this.host.now?.() ?? Date.now();
  }

  /** A request that has been found in order is carried out, and the pipeline continues from there. */
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

  /** Whatever cannot be recorded ends the session: a run that is not recorded does not continue. */
  private guarded<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** Like {@link guarded}, where nobody is there to hear the error. */
  private record(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.jobs.abortAll(new Error('the run cannot be recorded'));
    this.approvals.cancelAll();
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
      executions: this.journals.executions(),
      enabled: (stage) => this.isEnabled(stage),
      busy: (key) => (this.approvals.has(key) ? 'running' : this.jobs.busy(key)),
      ...(this.host.until === undefined ? {} : { until: this.host.until }),
    };
  }

  private isEnabled(stage: string): boolean {
    return (
      this.host.journal.state.transitions.get(stage)?.enabled ?? this.pipeline.disabledTransitions[stage] === undefined
    );
  }

  private act(step: Step): void {
    const execution = this.journals.execution(step.executionId);
    const emit = this.journals.emitOf(execution);
    switch (step.kind) {
      case 'enter-stage':
      case 'retry-stage':
      case 'end-execution':
        return emit(eventOf(step));
      case 'start-action': {
        const path = actionPath(step.stage, step.action);
        const before = execution.actions.get(path);
        if (before?.approval && !before.approval.status) return this.approvals.begin(execution, before);
        const [stage, action] = actionIn(this.definitionOf(execution), path);
        return this.startActionOf(execution, stage, action, before?.actionExecutionId ?? randomUUID());
      }
      case 'evaluate-rule':
        return this.evaluate(execution, step.stage, step.condition, step.rule);
      case 'roll-back': {
        const target = lastGood(step.stage, execution, this.pipeline, this.journals.known(this.pipeline.name));
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
        return emit(eventOf(step));
      }
    }
  }

  /** Follows an update of the pipeline, and starts it again where it says so (`RestartExecutionOnUpdate`). */
  private followUpdate(): void {
    this.structure.follow();
    if (this.interrupted || !this.pipeline.restartExecutionOnUpdate) return;
    // Not "after the update": an engine that was killed right after it finds the same state and starts it too.
    const last = this.host.journal.state.executions.at(-1);
    if (last && last.structureVersion !== this.pipeline.structureVersion)
      this.startExecution({
        trigger: { type: 'StartPipelineExecution', detail: 'the pipeline was updated' },
        ...(Object.keys(last.variables).length > 0 ? { variables: { ...last.variables } } : {}),
      });
  }

  private startExecution(
    request: Pick<Extract<RunEventBody, { kind: 'execution.started' }>, 'trigger' | 'variables' | 'sourceRevisions'>,
  ): string {
    const executionId = randomUUID();
    this.journals.emit({
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
    this.journals.emit(event);
    return event.executionId;
  }

  private startActionOf(
    execution: ExecutionState,
    stage: StageDefinition,
    action: ActionDefinition,
    actionExecutionId: string,
  ): void {
    const key = actionKey(execution.executionId, stage.name, action.name);
    const job = jobOf(execution.executionId);
    const request: ActionRequest = {
      runId: this.journals.of(execution).runId,
      pipeline: this.definitionOf(execution),
      execution,
      stage,
      action,
      actionExecutionId,
      emit: this.journals.emitOf(execution),
      signal: job.abort.signal,
    };
    const started = startAction(request, this.host);
    if (started.kind === 'ended') return endAction(request, this.host, started.result);
    if (action.category === 'Approval') {
      requestApproval(request, started.resolved, this.now());
      const state = execution.actions.get(actionPath(stage.name, action.name));
      if (state) this.approvals.begin(execution, state);
      return;
    }
    this.jobs.begin(key, job);
    void started.run().then((result) => this.jobEnded(key, job, () => endAction(request, this.host, result)));
  }

  /** A job is over. Its result counts unless it was abandoned; either way its key is free again. */
  private jobEnded(key: string, job: Job, record: () => void): void {
    this.jobs.end(key);
    if (!job.abandoned && !this.failure) this.record(record);
    this.pump();
    this.checkSettled();
  }

  private evaluate(execution: ExecutionState, stage: string, condition: ConditionType, name: string): void {
    const pipeline = this.definitionOf(execution);
    const rule = ruleIn(pipeline, stage, condition, name);
    const key = ruleKey(execution.executionId, stage, condition, name);
    const job = jobOf(execution.executionId);
    const emit = this.journals.emitOf(execution);
    const { runId } = this.journals.of(execution);
    const request: RuleRequest = { runId, pipeline, execution, stage, condition, rule, emit, abort: job.abort };
    this.jobs.begin(key, job);
    void evaluateRule(request, this.host).then((result) =>
      this.jobEnded(key, job, () => {
        const event = evaluated(request, result);
        if (event) emit(event);
      }),
    );
  }

  private stop(execution: ExecutionState, abandon: boolean, reason: string | undefined): void {
    const { executionId } = execution;
    this.journals.emitOf(execution)({
      kind: 'execution.stopping',
      executionId,
      abandon,
      ...(reason ? { reason } : {}),
    });
    if (!abandon) return;
    for (const action of execution.actions.values())
      if (action.status === 'InProgress') this.abandon(execution, action);
    this.jobs.abandonAllOf(executionId);
  }

  private abandon(execution: ExecutionState, action: ActionState): void {
    this.jobs.abandon(actionKey(execution.executionId, action.stage, action.action));
    this.approvals.end(execution, action, { status: 'Abandoned', summary: 'the execution was stopped' });
  }

  /** Ctrl-C: what runs is abandoned and can be resumed; what waits for a person keeps waiting. */
  private interrupt(): void {
    this.interrupted = true;
    this.approvals.cancelAll();
    if (this.failure) return;
    this.record(() => {
      for (const execution of this.journals.executions()) {
        if (!isActive(execution)) continue;
        if (this.jobs.runsOf(execution.executionId)) this.stop(execution, true, 'interrupted');
      }
    });
    this.pump();
  }

  private checkSettled(): void {
    const quiet = this.jobs.idle && !this.pumping && (this.interrupted || !this.approvals.asking);
    if (!quiet) return;
    for (const { done, fail } of this.settledWaiters.splice(0)) {
      if (this.failure) fail(this.failure.error);
      else done();
    }
  }

  private definitionOf(execution: ExecutionState): PipelineDefinition {
    return this.journals.definition(execution, this.pipeline);
  }
}
