import * as fs from 'node:fs';
import * as path from 'node:path';
import { AREAS, fidelityTable, readRules, type Rule } from '../scripts/fidelity-table';

const SCENARIOS = path.join(__dirname, 'scenarios');
const rules = readRules(SCENARIOS);

/** What `test/scenario/<area>.ts` exports: runs the scenario of a folder and compares what comes out with its expect.yaml. */
type Harness = { readonly runScenario: (folder: string) => Promise<void> };

/** Generous: the machine may be busy. Alone each scenario takes less than two seconds: see the last test. */
const TIMEOUT = 20_000;
const MOST_SECONDS = 2;
const seconds = new Map<string, number>();

describe.each(AREAS.map((area) => ({ area, scenarios: rules.filter((rule) => rule.area === area) })))(
  '$area',
  ({ area, scenarios }) => {
    const file = path.join(__dirname, 'scenario', `${area}.ts`);
    if (scenarios.length === 0) return test.todo(`${area} has no scenario yet`);
    if (!fs.existsSync(file)) throw new Error(`scenarios of ${area} need their harness test/scenario/${area}.ts`);
    // Each area adds its file only: which ones there are is known at run time.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const harness = require(file) as Harness;
    test.each(scenarios)(
      '$name: $title',
      async ({ folder, name }: Rule) => {
        const started = performance.now();
        await harness.runScenario(folder);
        seconds.set(name, (performance.now() - started) / 1000);
      },
      TIMEOUT,
    );
  },
);

test('docs/fidelity.md is what the scenario folders say', () => {
  const table = fs.readFileSync(path.join(__dirname, '../docs/fidelity.md'), 'utf8');
  const lines = (text: string): string[] => text.split('\n').filter(Boolean).sort();
  // `npm run fidelity` writes it. Rows that a merge put in another order are still right.
  expect(lines(table)).toEqual(lines(fidelityTable(rules)));
});

test('at most ten rules are not supported', () => {
  const names = rules.filter((rule) => rule.status === 'not-supported').map((rule) => rule.name);
  expect(names.length).toBeLessThanOrEqual(10);
});

test('a folder is named for its rule in kebab case', () => {
  expect(rules.map((rule) => rule.name).filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name))).toEqual([]);
});

// SAIONDO_DURATIONS=1 on a machine that does nothing else: the slowest are listed, and none may take longer than it should.
if (process.env.SAIONDO_DURATIONS)
  test(`each scenario takes less than ${MOST_SECONDS} seconds`, () => {
    const slowest = [...seconds].sort(([, a], [, b]) => b - a);
    const line = ([name, took]: [string, number]): string => `${took.toFixed(2)} s  ${name}`;
    process.stderr.write(`${['The slowest scenarios:', ...slowest.slice(0, 10).map(line)].join('\n  ')}\n`);
    expect(slowest.filter(([, took]) => took >= MOST_SECONDS).map(line)).toEqual([]);
  });
