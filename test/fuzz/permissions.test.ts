import * as fc from 'fast-check';
import { explained, inOtherWords } from '../iam/explained';
import { randomRequest } from '../iam/random-request';
import { ours, theirs, without, worded } from '../iam/second-opinion';
import { PATIENCE, tries } from './settings';

// `npm test` tries a fixed 250; `npm run fuzz` tries 100,000.
test(
  'the evaluation of permissions agrees with a second opinion, but for what AWS documents',
  async () => {
    const seen = new Set<string>();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(randomRequest, async (given) => {
        runs++;
        const second = await theirs(given);
        const request = without(given, second.ignored);
        const first = ours(request);
        if (worded(first) === second.says) return;
        const other = inOtherWords(request, first);
        expect((await theirs(other.request)).says).toBe(worded(first));
        for (const name of other.by) seen.add(name);
      }),
      tries(250, 50),
    );
    if (runs >= 10_000) expect([...seen].sort()).toEqual(explained.map(({ name }) => name).sort());
  },
  PATIENCE,
);
