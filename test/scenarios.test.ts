import * as fs from 'node:fs';
import * as path from 'node:path';
import { AREAS, fidelityTable, readRules } from '../scripts/fidelity-table';
import { SCENARIOS } from './scenario/test-scenarios';

// What holds of all scenarios. Each area's own run in test/scenario/<area>.test.ts.
const rules = readRules(SCENARIOS);

test.each(AREAS)('the scenarios of %s have a harness, and a test file that runs them', (area) => {
  for (const name of [`${area}.ts`, `${area}.test.ts`])
    expect(fs.readdirSync(path.join(__dirname, 'scenario'))).toContain(name);
  expect(rules.some((rule) => rule.area === area)).toBe(true);
});

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
