import { SaiondoError } from '../../model/errors';
import { ask } from '../output/print';

/**
 * Asks before a change. `--yes` is the answer where it was given; without it and without a terminal nothing is changed.
 * @throws SaiondoError `NOT_CONFIRMED`
 */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new SaiondoError(`Nothing was changed: this needs a confirmation (${question})`, {
      code: 'NOT_CONFIRMED',
      next: 'add --yes',
    });
  if (/^y(es)?$/i.test(await ask(`${question} [y/N]`))) return;
  throw new SaiondoError('Nothing was changed', { code: 'NOT_CONFIRMED', next: 'answer y, or add --yes' });
}
