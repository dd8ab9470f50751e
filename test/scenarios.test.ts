import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { AREAS, fidelityTable, readRules } from '../scripts/fidelity-table';
import { makeScenario, scenarioNamed } from '../scripts/scenario-folder';
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

describe('a new scenario', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-new-scenario-'));
  beforeAll(() =>
    fs.cpSync(path.join(__dirname, 'scenario/templates'), path.join(root, 'test/scenario/templates'), {
      recursive: true,
    }),
  );
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  test.each(AREAS)('of %s is a rule with a title of its own, and passes before it is changed', async (area) => {
    const folder = makeScenario(root, area, `${area}-does-something`);
    const rule = scenarioNamed(`${area}-does-something`, readRules(path.join(root, 'test/scenarios')));
    expect(rule).toMatchObject({ area, folder, status: 'followed' });
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- each area adds its file only: which ones there are is known at run time
    const harness = require(`./scenario/${area}`) as { runScenario: (folder: string) => Promise<void> };
    await harness.runScenario(folder);
  });

  test.each([
    ['codestar', 'a-rule', /expected one of codebuild, codepipeline, cloudformation, iam/],
    ['codebuild', 'A rule', /expected words in kebab case/],
    ['codebuild', '../outside-of-it', /expected words in kebab case/],
  ])('of %s named %s is refused', (area, name, message) => {
    expect(() => makeScenario(root, area, name)).toThrow(message);
  });

  test('is not written over another', () => {
    makeScenario(root, 'codebuild', 'twice-the-same');
    expect(() => makeScenario(root, 'codebuild', 'twice-the-same')).toThrow('test/scenarios/twice-the-same exists');
  });

  test('that is asked for by a wrong name is answered with the nearest', () => {
    expect(() => scenarioNamed('a-block-is-one-comand', rules)).toThrow(
      expect.objectContaining({ next: 'did you mean: npm run scenario a-block-is-one-command' }),
    );
  });
});
