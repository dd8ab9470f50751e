import * as path from 'node:path';
import { readRules, type Area, type Rule } from '../../scripts/fidelity-table';

/** The scenarios' folders. */
export const SCENARIOS = path.join(__dirname, '../scenarios');

/** Milliseconds. Generous: the machine may be busy. Alone each scenario takes less than {@link MOST_SECONDS}. */
const TIMEOUT = 120_000;
const MOST_SECONDS = 2;

/**
 * A test for each scenario of an area. They run next to each other, since most of them wait for a shell; one by one with SAIONDO_DURATIONS=1, on a
 * machine that does nothing else: then the slowest are listed, and none may take longer than it should.
 * @param runScenario runs the scenario of a folder and compares what comes out with its expect.yaml
 */
export function testScenarios(area: Area, runScenario: (folder: string) => Promise<void>): void {
  const seconds = new Map<string, number>();
  const scenarios = readRules(SCENARIOS).filter((rule) => rule.area === area);
  describe(area, () => {
    const each = process.env.SAIONDO_DURATIONS ? test.each(scenarios) : test.concurrent.each(scenarios);
    each(
      '$name: $title',
      async ({ folder, name }: Rule) => {
        const started = performance.now();
        await runScenario(folder);
        seconds.set(name, (performance.now() - started) / 1000);
      },
      TIMEOUT,
    );
  });
  if (!process.env.SAIONDO_DURATIONS) return;
  test(`each scenario takes less than ${MOST_SECONDS} seconds`, () => {
    const slowest = [...seconds].sort(([, a], [, b]) => b - a);
    const line = ([name, took]: [string, number]): string => `${took.toFixed(2)} s  ${name}`;
    process.stderr.write(`${['The slowest scenarios:', ...slowest.slice(0, 10).map(line)].join('\n  ')}\n`);
    expect(slowest.filter(([, took]) => took >= MOST_SECONDS).map(line)).toEqual([]);
  });
}
