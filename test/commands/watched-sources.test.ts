import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { affectedBy, changeLine } from '../../commands/watch/affected';
import { WatchedSources } from '../../commands/watch/watched-sources';
import { checkWords, type RehearseWords } from '../../commands/input/rehearse-options';
import type { ActionExplanation } from '../../model/explanation';
import { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-watched-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

type Given = readonly [action: string, kind: string, takes: readonly string[], variables?: Record<string, string>];

/** Explanations of actions: each takes artifacts, which the action of that name gives. */
function explained(given: readonly Given[]): ActionExplanation[] {
  return given.map(([action, kind, takes, variables]) => ({
    ...{ action, kind, runOrder: 1, account: '1', region: 'r', configuration: {} },
    takes: takes.map((from) => ({ what: `artifact ${from}`, from })),
    gives: [
      {
        what: `artifact ${action}`,
        takenBy: given.flatMap(([other, , taken]) => (taken.includes(action) ? [other] : [])),
      },
    ],
    ...(kind.endsWith('/CodeBuild')
      ? {
          build: {
            ...{
              project: action,
              image: '',
              environmentType: '',
              privileged: false,
              timeoutMinutes: 1,
              queuedTimeoutMinutes: 1,
            },
            ...{ cache: '', buildspec: '', buildspecKnown: true, commands: [], exportedVariables: [], reports: [] },
            variables: Object.entries(variables ?? {}).map(([name, value]) => ({
              name,
              value,
              type: 'PLAINTEXT' as const,
              where: '',
            })),
          },
        }
      : {}),
  }));
}
const APP = 'Source/App';
const PIPELINE = explained([
  [APP, 'Source/AWS/CodeStarSourceConnection', []],
  ['Build/Synth', 'Build/AWS/CodeBuild', [APP]],
  // With `#{variables.fresh}`, which no action gives.
  ['Verify/ApiTest', 'Build/AWS/CodeBuild', [APP, 'no action'], { OTHERS: 'llm web' }],
  ['Verify/LlmTest', 'Build/AWS/CodeBuild', [APP], { OTHERS: 'api web' }],
  ['Verify/ApiImage', 'Build/AWS/CodeBuild', [APP, 'Build/Synth'], { COMPONENT: 'api', COMPONENT_DIR: 'api' }],
  ['Dev/Deploy', 'Deploy/AWS/CloudFormation', ['Build/Synth']],
]);
const changed = (...files: string[]) => new Map([[APP, files]]);

test('a file of the api: its test has its verdict first, the pipeline follows from the first action that reads it', () => {
  const affected = affectedBy(PIPELINE, changed('api/src/main.ts'));
  expect(affected).toEqual({ first: ['Verify/ApiTest'], from: 'Build/Synth' });
  expect(changeLine(changed('api/src/main.ts'), affected)).toBe(
    'changed: api/src/main.ts. Verify/ApiTest runs now, then the pipeline from Build/Synth',
  );
});

test('a file that several tests read, one of no component, and none that anybody reads', () => {
  expect(affectedBy(PIPELINE, changed('api/a.ts', 'llm/b.py')).first).toEqual(['Verify/ApiTest', 'Verify/LlmTest']);
  expect(affectedBy(PIPELINE, changed('shared.json')).first).toEqual(['Verify/ApiTest', 'Verify/LlmTest']);
  expect(affectedBy(PIPELINE, changed('web/index.html'))).toEqual({ first: [], from: 'Build/Synth' });
  expect(affectedBy(PIPELINE, changed('apix/a.ts')).first).toHaveLength(2);
  expect(affectedBy(PIPELINE, new Map())).toEqual({ first: [] });
  expect(changeLine(changed('a', 'b', 'c', 'd', 'e'), { first: [] })).toBe(
    'changed: a, b, c and 2 more. No action reads it',
  );
});

test('what git has or would take is watched, uncommitted; what it ignores is not, and several files written at once are one change', async () => {
  const repository = path.join(root, 'shop');
  fs.mkdirSync(path.join(repository, 'api'), { recursive: true });
  fs.writeFileSync(path.join(repository, '.gitignore'), 'node_modules\n');
  fs.writeFileSync(path.join(repository, 'api/main.ts'), '1');
  await execa('git', ['init', '--quiet', repository]);
  await execa('git', ['-C', repository, 'add', '.']);
  const pipeline = {
    stages: [
      {
        name: 'Source',
        actions: [
          {
            ...{ name: 'App', category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
            configuration: { FullRepositoryId: 'acme/shop' },
          },
        ],
      },
    ],
  } as unknown as PipelineDefinition;
  const watched = new WatchedSources(new Map([['acme/shop', { path: repository }]]), () => Promise.resolve(PIPELINE));
  await watched.begin();
  const { signal } = new AbortController();
  const next = watched.next(pipeline, signal);
  fs.mkdirSync(path.join(repository, 'node_modules'));
  fs.writeFileSync(path.join(repository, 'node_modules/x.js'), '1');
  fs.writeFileSync(path.join(repository, 'api/main.ts'), '22');
  fs.writeFileSync(path.join(repository, 'api/new.ts'), '');
  const first = await next;
  expect(first?.text).toBe(
    'changed: api/main.ts, api/new.ts. Verify/ApiTest runs now, then the pipeline from Build/Synth',
  );
  fs.rmSync(path.join(repository, 'api/new.ts'));
  await first?.outdated;
  // The change that made the first one old is the next one.
  expect((await watched.next(pipeline, signal))?.text).toContain('changed: api/new.ts.');
  const ended = new AbortController();
  const waiting = watched.next(pipeline, ended.signal);
  ended.abort();
  expect(await waiting).toBeUndefined();
});

test.each([
  [{ needs: true }, '--needs is of --only'],
  [{ from: 'Dev', only: 'Verify/ApiTest' }, '--from begins a run of its own, which --only contradicts'],
  [{ from: 'Dev', resume: 'r' }, '--from begins a run of its own, which --resume contradicts'],
  [{ watch: true, only: 'Verify/ApiTest' }, '--watch begins a run of its own, which --only contradicts'],
  [{ watch: true, serve: true }, '--watch begins a run of its own, which --serve contradicts'],
])('%j is refused', (words, message) => {
  const given: RehearseWords = { source: [], approve: [], reject: [], variable: [], directory: root, ...words };
  expect(() => checkWords(given, new Layout(root))).toThrow(message);
});
