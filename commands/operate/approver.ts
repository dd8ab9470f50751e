import type { Approver } from '../../engine/codepipeline/execution/approval';
import type { Promotion } from '../../model/promotion.shape';
import type { Paint } from '../output/paint';
import type { Answering } from '../output/print';
import { promotionHead, showPromotion } from '../output/promotion';

/** What a person has said about an approval. */
export type Answer = 'Approved' | 'Rejected' | 'later';

/** How an approval is shown to the person in the terminal. */
export interface ApprovalView {
  /** The lines before the question: what the stage gets, what may be lost, until when. */
  readonly head: readonly string[];
  /** Everything that changes. */
  readonly full: () => string;
}

/** An approval that is shown: in PARALLEL mode several executions wait at one action. */
export interface ShownApproval {
  readonly executionId: string;
  readonly stage: string;
  readonly action: string;
  readonly message?: string;
}

/** Decides by what was said beforehand, else asks in the terminal, else leaves it undecided. */
export function approver(options: {
  approve: readonly string[];
  reject: readonly string[];
  interactive: boolean;
  user: string;
  /** What is shown before the question. */
  view: (approval: ShownApproval) => Promise<ApprovalView>;
  /** Where it is shown and asked. */
  person: Answering;
}): Approver {
  return async ({ executionId, stage, action, message, signal }) => {
    const named = (names: readonly string[]): boolean =>
      names.some((name) => [stage, action, `${stage}/${action}`].includes(name));
    if (named(options.reject))
      return { status: 'Rejected', by: options.user, comment: 'decided beforehand with --reject' };
    if (named(options.approve))
      return { status: 'Approved', by: options.user, comment: 'decided beforehand with --approve' };
    if (!options.interactive) return undefined;
    try {
      const view = await options.view({ executionId, stage, action, ...(message ? { message } : {}) });
      const answer = await askAboutApproval(`${stage}/${action}`, view, options.person, signal);
      return answer === 'later' ? undefined : { status: answer, by: options.user };
    } catch {
      return undefined;
    }
  };
}

/** Shows an approval and asks until it understands the answer. @param path `Stage/Action` */
export async function askAboutApproval(
  path: string,
  view: ApprovalView,
  { say, ask }: Answering,
  signal?: AbortSignal,
): Promise<Answer> {
  say(`\n${view.head.join('\n')}`);
  for (;;) {
    const answer = await ask(`${path}: approve, reject, later, or show the differences? [a/r/l/d]`, signal);
    const meant = readAnswer(answer);
    if (meant === 'differences') say(view.full());
    else if (meant) return meant;
    else say(`“${answer}” is not an answer: type approve, reject, later or differences`);
  }
}

/** What an answer means; undefined: nothing, so it is asked again. */
export function readAnswer(answer: string): Answer | 'differences' | undefined {
  if (/^(a|approve|y|yes)$/i.test(answer)) return 'Approved';
  if (/^(r|reject|n|no)$/i.test(answer)) return 'Rejected';
  if (/^(l|later)$/i.test(answer)) return 'later';
  return /^(d|diff|differences?)$/i.test(answer) ? 'differences' : undefined;
}

/**
 * An approval as the person is asked about it. GetPipelineState knows one execution of a stage, so that in PARALLEL mode the promotion may be that of
 * another execution: its changes are not shown as this one's.
 * @param promotion what the stage would get, or why that is not known
 */
export function approvalView(
  approval: ShownApproval,
  promotion: Promotion | Error,
  {
    paint,
    page,
    now = Date.now(),
  }: { readonly paint: Paint; readonly page?: string | undefined; readonly now?: number },
): ApprovalView {
  const address = page ? [`page: ${page}`] : [];
  const other = promotion instanceof Error ? undefined : otherExecution(approval, promotion);
  if (promotion instanceof Error || other !== undefined) {
    const why = `what changes is not known: ${promotion instanceof Error ? promotion.message : (other ?? '')}`;
    const head = [
      `${approval.stage}/${approval.action} waits for approval (execution ${short(approval.executionId)})`,
      ...(approval.message ? [approval.message] : []),
    ];
    return { head: [...head, why, ...address], full: () => why };
  }
  return {
    head: [...promotionHead(promotion, paint, now), ...address],
    full: () => showPromotion(promotion, paint, { full: true, now }),
  };
}

function otherExecution({ executionId }: ShownApproval, { approval }: Promotion): string | undefined {
  if (approval.executionId === executionId) return undefined;
  return `the stage's state is that of the execution ${short(approval.executionId)}, which waits too`;
}

const short = (id: string): string => id.slice(0, 8);
