import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { explainKnown } from '../../commands/rehearse/known-by';
import { EventLog } from '../../engine/runs/event-log';
import { Runs } from '../../engine/runs/runs';
import type { ActionExplanation } from '../../model/explanation';
import { Layout } from '../../model/layout';
import { explanationLines } from '../../views/explanation';
import { commitAll } from '../scenario/pipeline-session';

// `rehearse --explain` of a build that is known by its content: what the last runs said of it, and what changed since.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-known-by-'));
const repository = path.join(root, 'repository');
const layout = new Layout(path.join(root, '.saiondo'));
const key = { executionId: 'e', stage: 'Verify', action: 'ApiTest', actionExecutionId: 'a' };
let commit = '';

const write = (file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
  fs.writeFileSync(path.join(repository, file), text);
};
/** A run in which the action passed. */
function record(runId: string, outputVariables: Record<string, string>): void {
  const log = new EventLog(layout.events(runId));
  const started = { version: '0', pipeline: 'shop', assembly: '', options: {}, pid: 1 };
  log.emit({ kind: 'run.started', runId, ...started });
  log.emit({ kind: 'execution.started', executionId: 'e', structureVersion: 'v1', trigger: { type: 'Manual' } });
  const revision = { actionName: 'App', repository: 'acme/shop', branch: 'main', commitId: commit };
  log.emit({ kind: 'execution.revisions', executionId: 'e', revisions: [revision] });
  log.emit({ kind: 'stage.started', executionId: 'e', stage: 'Verify' });
  const build = {
    category: 'Build' as const,
    provider: 'CodeBuild',
    runOrder: 1,
    configuration: {},
    inputArtifacts: [],
  };
  log.emit({ kind: 'action.started', ...key, ...build });
  log.emit({ kind: 'action.ended', ...key, status: 'Succeeded', outputVariables });
  log.close();
}
function explained(variables: Record<string, string>): ActionExplanation {
  return {
    ...{ action: 'Verify/ApiTest', kind: 'Build/AWS/CodeBuild', runOrder: 1, account: '1', region: 'eu-west-1' },
    takes: [{ what: 'artifact App_Source', from: 'Source/App' }],
    ...{ gives: [], configuration: {} },
    build: {
      ...{ project: 'shop-api-test', image: 'standard:7.0', environmentType: 'LINUX_CONTAINER', privileged: false },
      ...{ timeoutMinutes: 60, queuedTimeoutMinutes: 480, cache: 'NO_CACHE', buildspec: 'x', buildspecKnown: true },
      ...{ commands: [], exportedVariables: [], reports: [] },
      variables: Object.entries(variables).map(([name, value]) => ({ name, value, type: 'PLAINTEXT', where: 'y' })),
    },
  };
}
const KNOWN = { KNOWN_RECIPE: 'aaaaaaaa11', KNOWN_DAYS: '14', OTHERS: 'llm' };
const ask = (more: { variables?: Record<string, string>; fresh?: boolean; uncommitted?: boolean; now?: number } = {}) =>
  explainKnown(explained({ ...KNOWN, ...more.variables }), {
    runs: new Runs(layout),
    sources: new Map([['acme/shop', { path: repository, uncommitted: more.uncommitted === true }]]),
    fresh: more.fresh === true,
    ...(more.now === undefined ? {} : { now: more.now }),
  });

beforeAll(async () => {
  write('api/main.ts', 'one');
  write('llm/main.py', 'one');
  commit = await commitAll(repository, 'first');
});
afterAll(() => fs.rmSync(root, { recursive: true }));

test('an action that has not passed, and one that is done each time', async () => {
  expect(await ask()).toEqual({ again: ['it has not passed here'] });
  expect(
    await explainKnown(explained({}), { runs: new Runs(layout), sources: new Map(), fresh: false }),
  ).toBeUndefined();
});

test('what it is known by, what changed from the time before, and that it would be brought back', async () => {
  record('20260101-000001-aaaa', { KNOWN_PARTS: '111111111111 recipe=aaaaaaaa ./api=1 variables=1' });
  record('20260101-000002-bbbb', { KNOWN_PARTS: '222222222222 recipe=aaaaaaaa ./api=2 ./new=1 variables=1' });
  const known = await ask();
  expect(known).toMatchObject({
    last: {
      ...{ run: '20260101-000002-bbbb', fingerprint: '222222222222' },
      parts: ['recipe', './api', './new', 'variables'],
      changed: ['./api', './new'],
    },
    again: [],
  });
  const lines = explanationLines({ ...explained(KNOWN), ...(known ? { known } : {}) }).join('\n');
  expect(lines).toMatch(/fingerprint {2}222222222222, passed at \S+ \(run 20260101-000002-bbbb\)/);
  expect(lines).toContain('changed      ./api, ./new, compared with the time before');
  expect(lines).toContain('restored     as long as image, packages');
});

test('why it would be done again: recipe, age, a person, a file that it reads, and none that it does not', async () => {
  expect((await ask({ variables: { KNOWN_RECIPE: 'bbbbbbbb22' } }))?.again).toEqual([
    'its specification, image or variables changed (recipe)',
  ]);
  expect((await ask({ fresh: true }))?.again).toEqual(['--fresh asks for everything anew']);
  expect((await ask({ now: Date.now() + 15 * 86_400_000 }))?.again).toEqual(['it passed 14 days ago or earlier']);
  write('llm/main.py', 'two');
  write('api/main.ts', 'two');
  write('api/new.ts', 'new');
  expect((await ask())?.again).toEqual([]);
  expect((await ask({ uncommitted: true }))?.again).toEqual(['api/main.ts changed', 'api/new.ts changed']);
  await commitAll(repository, 'second');
  expect((await ask())?.again).toEqual(['api/main.ts changed', 'api/new.ts changed']);
  const explanation = { ...explained(KNOWN), known: { again: ['api/main.ts changed'] } };
  expect(explanationLines(explanation)).toContain('  runs again   api/main.ts changed');
});
