import type { Approver } from '../../engine/codepipeline/execution/approval';
import type { Answering } from '../output/print';

/** What a person has said about an approval. */
export type Answer = 'Approved' | 'Rejected' | 'later';

/** How an approval is shown to the person in the terminal. */
export interface ApprovalView {
  /** The lines before the question: what the stage gets, what may be lost, until when. */
  readonly head: readonly string[];
  /** Everything that changes. */
  readonly full: () => string;
}

/** Decides by what was said beforehand, else asks in the terminal, else leaves it undecided. */
export function approver(options: {
  approve: readonly string[];
  reject: readonly string[];
  interactive: boolean;
  user: string;
  /** What is shown before the question. */
  view: (approval: { stage: string; action: string; message?: string }) => Promise<ApprovalView>;
  /** Where it is shown and asked. */
  person: Answering;
}): Approver {
  return async ({ stage, action, message, signal }) => {
    const named = (names: readonly string[]): boolean =>
      names.some((name) => [stage, action, `${stage}/${action}`].includes(name));
    if (named(options.reject))
      return { status: 'Rejected', by: options.user, comment: 'decided beforehand with --reject' };
    if (named(options.approve))
      return { status: 'Approved', by: options.user, comment: 'decided beforehand with --approve' };
    if (!options.interactive) return undefined;
    try {
      const view = await options.view({ stage, action, ...(message ? { message } : {}) });
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
