import type { Fixtures } from '../../engine/fixtures/fixtures';
import { Values } from '../../engine/endpoint/values';
import type { NeededInput } from '../../engine/rehearsal/needed-inputs';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { say } from '../output/print';
import { missingLines } from './list-pipeline';

/** Tells whether a value is there without anybody's giving it: an earlier run keeps it, or the rehearsal's own fixtures make it. */
export function keptValues(
  layout: Layout,
  fixtures: Fixtures,
): (kind: 'parameter-store' | 'secret', name: string) => boolean {
  const values = new Values(layout.local());
  const keys = values.entries().map(([key]) => key);
  return (kind, name) => {
    const made = kind === 'secret' ? fixtures.secrets : fixtures.parameters;
    const ending = `/${kind === 'secret' ? 'secret' : 'parameter'}/${name}`;
    return made.some((one) => one.name === name) || keys.some((key) => key.endsWith(ending));
  };
}

/**
 * Says everything at once that is missing of the account. Without the parameters of its stack there is no pipeline to run; a build whose secret is
 * missing fails by itself.
 * @throws SaiondoError `INPUTS_MISSING` with the lines to add
 */
export function sayMissing(missing: readonly NeededInput[], quiet: boolean): void {
  const lines = missingLines(missing);
  if (missing.some(({ kind, by }) => kind === 'parameter' || (kind === 'parameter-store' && by.startsWith('stack '))))
    throw new SaiondoError(lines.join('\n'), {
      code: 'INPUTS_MISSING',
      next: 'saiondo rehearse --list shows the same, with the plan',
    });
  if (!quiet) for (const line of lines) say(line);
}
