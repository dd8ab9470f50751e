import type { Promotion } from '../../model/promotion.shape';
import { losses } from '../../operator/promotion/losses';
import { deadline } from '../../views/local-time';
import { showDifference } from './difference';
import type { Paint } from './paint';
import { revisionsText } from './status';

/** What a stage gets, for who decides about it: the summary and what may be lost first, the parts after, the summary again at the end. */
export function showPromotion(
  promotion: Promotion,
  paint: Paint,
  more: { readonly full: boolean; readonly now: number },
): string {
  const { difference } = promotion;
  const { colours } = paint;
  return [
    ...promotionHead(promotion, paint, more.now),
    '',
    ...showDifference(difference, paint, more.full),
    '',
    `${colours.bold('In it')}: ${difference.summary}`,
  ].join('\n');
}

/** The first lines: who waits until when, what the stage gets in a line, and what may be lost. */
export function promotionHead(promotion: Promotion, { colours }: Paint, now: number): string[] {
  const { stage, approval, execution, last, difference } = promotion;
  const lost = losses(difference);
  return [
    `${colours.bold(`${approval.stage}/${approval.action}`)} waits${approval.deadline ? `, expires ${deadline(approval.deadline, now)}` : ''}`,
    ...(approval.message ? [approval.message] : []),
    `${colours.bold('In it')}: ${difference.summary}`,
    ...(lost.length > 0
      ? [colours.red('may be lost:'), ...lost.map((one) => colours.red(`  ! ${one}`))]
      : [
          difference.unknown.length > 0
            ? colours.yellow('nothing is known to be removed or replaced, but not everything is known (see below)')
            : 'nothing is removed or replaced',
        ]),
    `${colours.bold(stage)} gets ${execution.id.slice(0, 8)}  ${revisionsText(execution.revisions)}`,
    last
      ? `${colours.bold(stage)} has  ${last.id.slice(0, 8)}  ${revisionsText(last.revisions)}`
      : `Nothing is deployed to ${colours.bold(stage)} yet`,
  ];
}
