import * as readline from 'node:readline/promises';
import { SaiondoError } from '../../model/errors';

/**
 * Asks before a change. `--yes` is the answer where it was given; without it and without a terminal nothing is changed.
 * @throws SaiondoError `NOT_CONFIRMED`
 */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new SaiondoError(`${question} There is no terminal to ask in, and --yes was not given: nothing was changed`, {
      code: 'NOT_CONFIRMED',
      next: 'give --yes',
    });
  const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  throw new SaiondoError('nothing was changed', { code: 'NOT_CONFIRMED', next: 'answer y, or give --yes' });
}
