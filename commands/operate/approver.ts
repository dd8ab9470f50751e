import type { Approver } from '../../engine/codepipeline/execution/approval';
import { plainLine } from '../../model/plain-text';
import { ask } from '../output/print';

/** Decides by what was said beforehand, else asks in the terminal, else leaves it undecided. */
export function approver(options: {
  approve: readonly string[];
  reject: readonly string[];
  interactive: boolean;
  user: string;
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
      const answer = await ask(
        `\n${plainLine(`${stage}/${action}`)}: ${message ?? 'approve?'} [approve/reject/later]`,
        signal,
      );
      if (/^(a|approve|y|yes)$/i.test(answer)) return { status: 'Approved', by: options.user };
      if (/^(r|reject|n|no)$/i.test(answer)) return { status: 'Rejected', by: options.user };
      return undefined;
    } catch {
      return undefined;
    }
  };
}
