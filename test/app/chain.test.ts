import * as fs from 'node:fs';
import * as path from 'node:path';
import { expectedMinutes, unchangedMinutes } from '../../operator/cost/expected-minutes';
import { ROOT, actions, synthesized } from './synthesized';

interface Link {
  readonly action: string;
  readonly build: boolean;
  readonly minutes: number;
}

/** What a commit may change, and the actions up to dev that have something to do then. */
const COMMITS = {
  everything: () => true,
  'the api alone': (name: string) => ['ApiTest', 'ApiImage', 'Services.Prepare', 'Services.Deploy'].includes(name),
  'nothing that is deployed': () => false,
} satisfies Record<string, (name: string) => boolean>;
type Commit = keyof typeof COMMITS;

/** The longest chain from a push to dev: of each run order the action that takes longest, with what the commit changes. */
function chain(commit: Commit): Link[] {
  const all = actions(synthesized());
  const end = all.findIndex((action) => action.stage === 'Promote');
  const orders = new Map<string, Link>();
  for (const { stage, name, runOrder, json } of all.slice(0, end)) {
    const provider = json.ActionTypeId.Provider;
    const link = {
      action: `${stage}/${name}`,
      build: provider === 'CodeBuild',
      minutes: COMMITS[commit](name) ? expectedMinutes(name, provider) : unchangedMinutes(name, provider),
    };
    const longest = orders.get(`${stage} ${runOrder}`);
    if (!longest || link.minutes >= longest.minutes) orders.set(`${stage} ${runOrder}`, link);
  }
  return [...orders.values()];
}
const minutesOf = (links: readonly Link[]): number => links.reduce((sum, link) => sum + link.minutes, 0);

test.each([
  ['everything', 18],
  ['the api alone', 12],
  ['nothing that is deployed', 6],
] as const)(
  'from a push to dev, where %s has changed: at most %i minutes and five starts of a build in a row',
  (commit, most) => {
    const links = chain(commit);
    expect(minutesOf(links)).toBeLessThanOrEqual(most);
    expect(links.filter((link) => link.build).length).toBeLessThanOrEqual(5);
  },
);

test('docs/architecture.md shows these chains, with these minutes', () => {
  const page = fs.readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8');
  const row = (cells: readonly (string | number)[]): string => cells.join(' | ');
  const shown = [
    ...page.matchAll(/^\| (`[\w.]+\/[\w.]+`(?: or `[\w./]+`)?)\s+\|\s+([\d.]+)\s+\|\s+([\d.]+)\s+\|\s+([\d.]+)\s+\|/gm),
  ].map(([, action = '', ...minutes]) => row([action, ...minutes.map(Number)]));
  const chains = Object.keys(COMMITS).map((commit) => chain(commit as Commit));
  const wanted = (chains[0] ?? []).map(({ action }, at) => {
    const names = [...new Set(chains.slice(0, 2).map((links) => links[at]?.action ?? action))].map(
      (name) => `\`${name}\``,
    );
    return row([names.join(' or '), ...chains.map((links) => links[at]?.minutes ?? 0)]);
  });
  expect(shown).toEqual(wanted);
  const sums = chains.map((links) => String(Math.round(minutesOf(links) * 10) / 10));
  const starts = chains.map((links) => links.filter((link) => link.build).length);
  expect(page).toContain(`Together ${sums.join(', ')} minutes, with ${starts.join(', ')} starts of a build in a row`);
});
