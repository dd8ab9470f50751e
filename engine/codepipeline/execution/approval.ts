import { randomUUID } from 'node:crypto';
import type { ActionDefinition } from '../../../model/pipeline';
import type { ActionRequest } from './action-job';

/** A decision about a manual approval. */
export type ApprovalDecision = {
  readonly status: 'Approved' | 'Rejected';
  readonly by: string;
  readonly comment?: string;
};

/** Asks a person for a decision; undefined: nobody is there to decide. The signal ends the question when somebody else has decided. */
export type Approver = (request: {
  executionId: string;
  stage: string;
  action: string;
  message?: string;
  signal: AbortSignal;
}) => Promise<ApprovalDecision | undefined>;

/** How long an approval waits when its action says nothing: seven days (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
const APPROVAL_MINUTES = 7 * 24 * 60;

/** The longest that a timer of Node.js waits, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Tells that an approval waits (CodePipeline User Guide, "Manual approval action reference"). @param now milliseconds since 1970 */
export function requestApproval(request: ActionRequest, action: ActionDefinition, now: number): void {
  const { CustomData: message, ExternalEntityLink: link } = action.configuration;
  request.emit({
    kind: 'approval.requested',
    executionId: request.execution.executionId,
    stage: request.stage.name,
    action: action.name,
    actionExecutionId: request.actionExecutionId,
    token: randomUUID(),
    deadline: new Date(now + (action.timeoutInMinutes ?? APPROVAL_MINUTES) * 60_000).toISOString(),
    ...(message ? { message } : {}),
    ...(link ? { link } : {}),
  });
}

/** An approval that waits in this engine: for the person who is asked here, for a request, or for its deadline, whichever comes first. */
export interface WaitingApproval {
  /** Whether somebody is being asked who has not answered yet. */
  readonly asking: boolean;
  begin(): void;
  /** Ends the question and the deadline's watch. */
  cancel(): void;
}

/** Makes a {@link WaitingApproval}; exactly one of `decided` and `expired` is called, unless it is cancelled before. */
export function waitingApproval(options: {
  readonly approve: Approver;
  readonly request: { executionId: string; stage: string; action: string; message?: string };
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly now: () => number;
  readonly decided: (decision: ApprovalDecision) => void;
  readonly expired: () => void;
  /** The person who was asked leaves it open. */
  readonly undecided: () => void;
}): WaitingApproval {
  const question = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let over = false;
  const watch = (): void => {
    const left = options.deadline - options.now();
    if (left <= 0) return options.expired();
    timer = setTimeout(watch, Math.min(left, LONGEST_TIMER));
    // A deadline in days keeps no engine alive that nobody waits for.
    timer.unref();
  };
  return {
    get asking() {
      return asking && !over;
    },
    begin: () => {
      asking = true;
      void options
        .approve({ ...options.request, signal: question.signal })
        .catch(() => undefined)
        .then((decision) => {
          asking = false;
          if (over) return;
          if (decision) options.decided(decision);
          else options.undecided();
        });
      // Not at once: the caller has not finished its own step.
      timer = setTimeout(watch, 0);
    },
    cancel: () => {
      over = true;
      clearTimeout(timer);
      question.abort();
    },
  };
}
