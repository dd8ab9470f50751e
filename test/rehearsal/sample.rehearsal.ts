import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { readRun } from '../../engine/run/event-log';
import { currentExecution, type RunState } from '../../model/run-state';

// The sample monorepo through to prod, as a newcomer runs it, in a clone of its own. The steps build on each other: one run's state is the next one's.
const ROOT = path.join(__dirname, '../..');
const clone = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-rehearsal-')), 'clone');
const git = (...args: string[]) =>
  execa('git', ['-C', clone, '-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args]);

beforeAll(async () => {
  await execa('git', ['clone', '--quiet', ROOT, clone]);
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
  await execa('npm', ['run', 'build'], { cwd: clone });
}, 120_000);
afterAll(() => fs.rmSync(path.dirname(clone), { recursive: true, force: true }));

async function rehearse(...args: string[]): Promise<{ exitCode: number; state: RunState }> {
  const { exitCode } = await execa('node', ['dist/bin/saiondo.js', 'rehearse', '--approve', 'Promote', ...args], {
    cwd: clone,
    reject: false,
  });
  const runs = path.join(clone, '.saiondo', 'runs');
  return { exitCode, state: readRun(path.join(runs, fs.readdirSync(runs).sort().at(-1) ?? '', 'events.jsonl')) };
}

function logOf(state: RunState, action: string): string {
  const build = [...state.builds.values()].filter((one) => `${one.stage}/${one.action}` === action).at(-1);
  return build ? fs.readFileSync(path.join(clone, '.saiondo', 'runs', state.runId, build.log), 'utf8') : '';
}

async function commit(file: string, change: (text: string) => string): Promise<void> {
  const at = path.join(clone, file);
  fs.writeFileSync(at, change(fs.readFileSync(at, 'utf8')));
  await git('commit', '--quiet', '--all', '--message', `test: change ${file}`);
}

test('the sample monorepo goes through to prod; only Flutter’s actions are not rehearsed', async () => {
  const { exitCode, state } = await rehearse();
  expect(exitCode).toBe(0);
  const actions = [...(currentExecution(state)?.actions.values() ?? [])];
  const not = actions.filter((action) => action.status !== 'Succeeded');
  expect(not.every((action) => action.missing?.join() === 'flutter')).toBe(true);
  expect(state.endpoints).toHaveLength(2);
  for (const endpoint of state.endpoints) {
    expect(endpoint.status).toBe(200);
    expect(endpoint.body).toContain('20260915000000_channels');
  }
  for (const stage of ['Dev', 'Prod']) {
    expect(logOf(state, `${stage}/Contracts.DeployContracts`)).toMatch(
      /the code at 0x\w{40} equals the compiled SAIONDO/,
    );
  }
}, 900_000);

test('a change of one service builds and deploys that service alone', async () => {
  await commit('examples/saiondo/backend/llm/src/main.py', (text) => `${text}\n# changed\n`);
  const { exitCode, state } = await rehearse();
  expect(exitCode).toBe(0);
  // The log shows the command's text too; the line that it prints begins with the image.
  expect(logOf(state, 'Verify/ApiImage')).toMatch(/^\d{12}\S+:\w{32} is there already/m);
  expect(logOf(state, 'Verify/LlmImage')).not.toMatch(/^\d{12}\S+:\w{32} is there already/m);
  const changes = state.changeSets.flatMap((one) =>
    one.changes.map((change) => `${one.stackName}/${change.logicalId}`),
  );
  expect(changes.every((change) => /Services\/llm(Task|Service)/.test(change))).toBe(true);
  expect(changes).toHaveLength(4);
}, 900_000);

test('a change in pipelines/ mutates the pipeline, which starts again', async () => {
  await commit('pipelines/promotion.ts', (text) => text.replace("ApprovalStep('Prod'", "ApprovalStep('PromoteToProd'"));
  const { exitCode, state } = await rehearse();
  expect(exitCode).toBe(0);
  expect(state.executions.map((execution) => execution.status)).toEqual(['Cancelled', 'Succeeded']);
  expect(state.executions[1]?.actions.has('Promote/PromoteToProd')).toBe(true);
}, 900_000);

test('a broken test stops the run there, and prod is not touched', async () => {
  await commit('examples/saiondo/backend/api/src/messages.ts', (text) =>
    text.replace('slice(0, 2000)', 'slice(0, 10)'),
  );
  const { exitCode, state } = await rehearse();
  expect(exitCode).toBe(1);
  const execution = currentExecution(state);
  expect(execution?.actions.get('Verify/ApiTest')).toMatchObject({
    status: 'Failed',
    failure: { phase: 'BUILD', exitCode: 1 },
  });
  expect(execution?.stages.has('Dev')).toBe(false);
  expect([...state.builds.values()].flatMap((build) => build.reports).some((report) => report.failed > 0)).toBe(true);
}, 900_000);
