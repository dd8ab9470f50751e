import * as fs from 'node:fs';
import * as path from 'node:path';
import { expectedMinutes } from '../../operator/cost/expected-minutes';
import { ROOT, actions, synthesized } from './synthesized';

interface Link {
  readonly action: string;
  readonly build: boolean;
  readonly minutes: number;
}

/** The longest chain from a push to dev: of each run order the action that takes longest. */
function chain(): Link[] {
  const all = actions(synthesized());
  const end = all.findIndex((action) => action.stage === 'Promote');
  const orders = new Map<string, Link>();
  for (const { stage, name, runOrder, json } of all.slice(0, end)) {
    const provider = json.ActionTypeId.Provider;
    const link = {
      action: `${stage}/${name}`,
      build: provider === 'CodeBuild',
      minutes: expectedMinutes(name, provider),
    };
    const longest = orders.get(`${stage} ${runOrder}`);
    if (!longest || link.minutes >= longest.minutes) orders.set(`${stage} ${runOrder}`, link);
  }
  return [...orders.values()];
}

test('from a push to dev: seven builds in a row, and less than half an hour', () => {
  const links = chain();
  expect(links.filter((link) => link.build).length).toBeLessThanOrEqual(8);
  expect(links.reduce((sum, link) => sum + link.minutes, 0)).toBeLessThan(32);
});

test('docs/architecture.md shows this chain, with these minutes', () => {
  const page = fs.readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8');
  const shown = [...page.matchAll(/^\| `([\w.]+\/[\w.]+)`\s+\|\s+([\d.]+)\s+\|/gm)].map(([, action, minutes]) => ({
    action,
    minutes: Number(minutes),
  }));
  expect(shown).toEqual(chain().map(({ action, minutes }) => ({ action, minutes })));
});
