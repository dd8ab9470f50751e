import { plainLine } from '../../model/plain-text';
import type { RunState } from '../../model/run-state';
import type { PageTest, PageTests } from './tests';
import { isFailed, shownReports, worstFirst } from '../test-cases';

/** So many cases are shown at most: what failed, then the slowest. */
const MOST = 500;

/** A run's events, and the folder of its files. */
export interface TestedRun {
  readonly state: RunState;
  readonly directory: string;
}

/**
 * The test cases of a run with their history.
 * @param run the run that is shown
 * @param before earlier runs of its pipeline, the newest first
 */
export function testHistory(run: TestedRun, before: readonly TestedRun[]): PageTests {
  const earlier = [...before].reverse().map((one) => new Map(casesOf(one).map((each) => [each.key, each.status])));
  const all = casesOf(run).map(({ key, ...one }): PageTest => {
    const history = [...earlier.map((statuses) => statuses.get(key) ?? ('' as const)), one.status];
    const mark = markOf(history);
    return { ...one, history, ...(mark ? { mark } : {}) };
  });
  all.sort(worstFirst);
  return { total: all.length, failed: all.filter(isFailed).length, cases: all.slice(0, MOST) };
}

type Keyed = Omit<PageTest, 'history' | 'mark'> & { readonly key: string };

/** The cases of a run's newest builds of each action: an earlier attempt no longer counts. */
function casesOf({ state, directory }: TestedRun): Keyed[] {
  const found = new Map<string, Keyed>();
  for (const { action, cases } of shownReports(state, directory))
    for (const one of cases) {
      const [name, suite] = [plainLine(one.name), one.suite === undefined ? undefined : plainLine(one.suite)];
      const key = JSON.stringify([action, suite ?? '', name]);
      found.set(key, { key, action, name, ...(suite ? { suite } : {}), status: one.status, seconds: one.seconds });
    }
  return [...found.values()];
}

/** What a case's last results say of it; results of runs without it, and skipped ones, say nothing. */
export function markOf(history: PageTest['history']): PageTest['mark'] {
  const said = history.filter((one) => one !== '' && one !== 'SKIPPED').map((one) => one !== 'SUCCEEDED');
  const changes = said.slice(1).filter((one, at) => one !== said[at]).length;
  if (changes >= 2) return 'flaky';
  if (changes === 0 || said.at(-1) === said.at(-2)) return undefined;
  return said.at(-1) ? 'new failure' : 'fixed';
}
