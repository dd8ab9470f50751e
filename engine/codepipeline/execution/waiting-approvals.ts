import { SaiondoError } from '../../../model/errors';
import type { PipelineDefinition } from '../../../model/pipeline';
import { actionPath } from '../../../model/pipeline';
import type { ActionState, ExecutionState } from '../../../model/run-state';
import type { ActionResult } from '../../ports/action';
import { endAction, type ActionHost } from './action-job';
import { waitingApproval, type ApprovalDecision, type Approver, type WaitingApproval } from './approval';
import { actionKey } from './decide';
import { actionIn, type Journals } from './journals';

/** What approvals need of their session. */
export interface ApprovalHost extends ActionHost {
  readonly approve: Approver;
  readonly definitionOf: (execution: ExecutionState) => PipelineDefinition;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Carries out what a person or a deadline has decided, and continues from there. */
  readonly decided: (record: () => void) => void;
  /** Somebody who was asked leaves it open. */
  readonly undecided: () => void;
}

/** The approvals that wait in a session, by {@link actionKey}. People are asked one after another: a terminal has one prompt. */
export class WaitingApprovals {
  private readonly waiting = new Map<string, WaitingApproval>();
  private asked: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly journals: Journals,
    private readonly host: ApprovalHost,
  ) {}

  has(key: string): boolean {
    return this.waiting.has(key);
  }

  /** Whether somebody is being asked who has not answered yet. */
  get asking(): boolean {
    return [...this.waiting.values()].some((one) => one.asking);
  }

  /** An approval that has been requested waits: somebody is asked, and its deadline is watched. */
  begin(execution: ExecutionState, action: ActionState): void {
    const key = actionKey(execution.executionId, action.stage, action.action);
    const { approval } = action;
    if (!approval) return;
    const waiting = waitingApproval({
      approve: (request) => this.inTurn(() => this.host.approve(request), request.signal),
      request: {
        executionId: execution.executionId,
        stage: action.stage,
        action: action.action,
        ...(approval.message ? { message: approval.message } : {}),
      },
      deadline: Date.parse(approval.deadline),
      now: this.host.now,
      decided: (decision) => this.host.decided(() => this.decide(key, decision)),
      expired: () => this.host.decided(() => this.expire(key)),
      undecided: this.host.undecided,
    });
    this.waiting.set(key, waiting);
    waiting.begin();
  }

  /** Records a decision, wherever it came from, and withdraws the question. */
  decide(key: string, decision: ApprovalDecision): void {
    const { execution, action } = this.find(key);
    this.journals.emitOf(execution)({
      kind: 'approval.decided',
      executionId: execution.executionId,
      stage: action.stage,
      action: action.action,
      actionExecutionId: action.actionExecutionId,
      token: action.approval?.token ?? '',
      status: decision.status,
      by: decision.by,
      ...(decision.comment ? { comment: decision.comment } : {}),
    });
    const why = `rejected by ${decision.by}${decision.comment ? `: ${decision.comment}` : ''}`;
    this.end(
      execution,
      action,
      decision.status === 'Approved'
        ? { status: 'Succeeded', summary: `approved by ${decision.by}` }
        : { status: 'Failed', failure: { code: 'ApprovalRejected', message: why } },
    );
  }

  /** Ends an action in progress, an approval or another, with this result. */
  end(execution: ExecutionState, action: ActionState, result: ActionResult): void {
    const key = actionKey(execution.executionId, action.stage, action.action);
    this.waiting.get(key)?.cancel();
    this.waiting.delete(key);
    const pipeline = this.host.definitionOf(execution);
    const [stage, definition] = actionIn(pipeline, actionPath(action.stage, action.action));
    endAction(
      {
        runId: this.journals.of(execution).runId,
        pipeline,
        execution,
        stage,
        action: definition,
        actionExecutionId: action.actionExecutionId,
        emit: this.journals.emitOf(execution),
      },
      this.host,
      result,
    );
  }

  /** Asks nobody any more and watches no deadline; the approvals still wait, for the next engine. */
  cancelAll(): void {
    for (const approval of this.waiting.values()) approval.cancel();
  }

  /** A deadline that has passed is a rejection (CodePipeline User Guide, "Add a manual approval action to a stage"). */
  private expire(key: string): void {
    const { execution, action } = this.find(key);
    this.end(execution, action, {
      status: 'Failed',
      failure: {
        code: 'TimeoutError',
        message: `nobody decided until ${action.approval?.deadline ?? ''}: the approval timed out, which rejects it`,
      },
    });
  }

  private find(key: string): { execution: ExecutionState; action: ActionState } {
    for (const execution of this.journals.executions())
      for (const action of execution.actions.values())
        if (actionKey(execution.executionId, action.stage, action.action) === key) return { execution, action };
    throw new SaiondoError(`no approval ${key} waits`, { code: 'APPROVAL_MISSING', source: 'internal' });
  }

  private inTurn<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const turn = this.asked.then(() => (signal.aborted ? undefined : ask()));
    this.asked = turn.catch(() => undefined);
    return turn;
  }
}
