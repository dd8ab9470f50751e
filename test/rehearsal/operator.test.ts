import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { Rollback, Promotion } from '../../model/promotion.shape';
import type { PipelineStatus } from '../../operator/status.shape';
import type { Triage } from '../../operator/triage/evidence/triage.shape';
import { prepareCommandLine, ServedRehearsal } from '../fixtures/served-rehearsal';
import { makeRepository, type SmallPipeline } from '../fixtures/small-pipeline';

// Every command that changes something, as a person types it, on a rehearsal that is being served. The steps build on each other.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-operator-changes-'));
const fixed = path.join(root, 'fixed');
const hold = path.join(root, 'hold');
const repository = path.join(root, 'shop');
const pipeline: SmallPipeline = {
  stages: {
    Verify: [
      { name: 'Test', commands: [`test -f ${fixed} || { echo "ERROR: not fixed"; exit 3; }`] },
      { name: 'Hold', runOrder: 2, commands: [`while test -f ${hold}; do echo holding; sleep 0.2; done`] },
    ],
    Prod: [
      { name: 'Promote', approval: 'Prod gets #{Source.CommitMessage}' },
      { name: 'Deploy', runOrder: 2, commands: ['echo deployed'] },
    ],
  },
};
let served: ServedRehearsal;
let first: string;

beforeAll(async () => {
  await prepareCommandLine();
  await makeRepository(repository, { 'prisma/migrations/1_users/migration.sql': 'CREATE TABLE users ();\n' });
  served = await ServedRehearsal.start(path.join(root, 'place'), repository, pipeline);
}, 300_000);
afterAll(async () => {
  fs.rmSync(hold, { force: true });
  await served.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 180_000);

/** The real command line in the folder of the rehearsal: it finds what is served there by itself. */
async function saiondo(...args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  return execa(process.execPath, [path.join(__dirname, '../../dist/bin/saiondo.js'), ...args], {
    cwd: served.directory,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: root, AWS_EC2_METADATA_DISABLED: 'true' },
  });
}
async function json<Value>(...args: string[]): Promise<Value> {
  const { stdout, stderr } = await saiondo(...args, '--json');
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as Value;
}
const requested = () => served.next((event) => event.kind === 'approval.requested');
const ended = () => served.next((event) => event.kind === 'execution.ended' && event.status === 'Succeeded');

test('triage of the failure, and a retry that passes once it is fixed', async () => {
  await served.next((event) => event.kind === 'stage.ended' && event.status === 'Failed');
  const triage = await json<Triage>('triage');
  first = triage.execution?.id ?? '';
  expect(triage.failure).toMatchObject({ action: 'Verify/Test', build: { exitCode: 3 }, unknown: [] });
  expect(triage.failure?.reproduce).toBe('saiondo retry Verify');
  fs.writeFileSync(fixed, '');
  const { stdout, stderr } = await saiondo('retry', '--yes');
  expect({ stdout, stderr }).toEqual({ stdout: first, stderr: 'Verify is retried' });
  await requested();
}, 180_000);

test('an approval shows what the stage gets: without an earlier delivery everything, with the migration’s SQL', async () => {
  const promotion = await json<Promotion>('approve', '--dry-run');
  expect(promotion).toMatchObject({
    approval: { stage: 'Prod', executionId: first, message: 'Prod gets feat: a shop' },
    difference: {
      summary: '1 migration, 1 source for the first time',
      migrations: [{ name: '1_users', sql: 'CREATE TABLE users ();\n' }],
      unknown: [],
    },
  });
  expect(promotion.last).toBeUndefined();
  // What its action says is resolved wherever it is shown: the pipeline itself has the variable's name only.
  expect((await saiondo('status')).stdout).toContain('Prod gets feat: a shop');
  expect((await saiondo('approve', 'Prod', '--yes', '--comment', 'go')).exitCode).toBe(0);
  await ended();
  // On a rehearsal an execution is opened on its page, which is told which one.
  const opened = new URL((await saiondo('open', '--execution', first, '--print')).stdout);
  const chosen = new URLSearchParams(opened.hash.slice(1));
  expect(chosen.get('execution')).toBe(first);
  expect(chosen.get('ticket')).toMatch(/^[\w-]{32}$/);
  const build = new URL((await saiondo('open', '--build', 'Prod/Deploy', '--print')).stdout);
  const action = new URLSearchParams(build.hash.slice(1));
  expect([action.get('execution'), action.get('action')]).toEqual([first, 'Prod/Deploy']);
  expect((await saiondo('open', '--build', 'Prod/Promote', '--print')).stderr).toContain('Prod/Promote has no build');
  const refused = await saiondo('approve', '--yes');
  expect(refused.stderr).toContain('no approval waits');
}, 180_000);

test('start on a commit; the approval then shows the commits since the last delivery, and can be rejected', async () => {
  fs.mkdirSync(path.join(repository, 'prisma/migrations/2_names'));
  fs.writeFileSync(
    path.join(repository, 'prisma/migrations/2_names/migration.sql'),
    'ALTER TABLE users ADD name text;\n',
  );
  const git = (...args: string[]) =>
    execa('git', ['-C', repository, '-c', 'user.name=Ann', '-c', 'user.email=ann@localhost', ...args]);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: names');
  const { stdout: commit } = await git('rev-parse', 'HEAD');
  const { stdout: second } = await saiondo('start', '--commit', `Shop=${commit}`, '--yes');
  await requested();
  const promotion = await json<Promotion>('approve', '--dry-run');
  expect(promotion).toMatchObject({
    execution: { id: second, revisions: [{ commit }] },
    last: { id: first },
    difference: { migrations: [{ name: '2_names' }], commits: [{ source: 'Shop', to: commit }] },
  });
  expect((await saiondo('reject', '--execution', first, '--yes')).stderr).toContain('nothing was changed');
  expect((await saiondo('reject', '--execution', second, '--yes', '--comment', 'not on a Friday')).exitCode).toBe(0);
  await served.next((event) => event.kind === 'stage.ended' && event.status === 'Failed');
  const triage = await json<Triage>('triage');
  expect(triage.failure).toMatchObject({ action: 'Prod/Promote', cause: { known: { slug: 'approval-rejected' } } });
  expect(triage.failure?.cause.summary).toContain('not on a Friday');
}, 180_000);

test('the log of a build that runs is followed to its end, and a running execution is stopped', async () => {
  fs.writeFileSync(hold, '');
  const { stdout: third } = await saiondo('start', '--yes');
  await served.next((event) => event.kind === 'build.started' && event.action === 'Hold');
  const following = saiondo('triage', '--follow', '--action', 'Verify/Hold');
  const stopped = await saiondo('stop', third, '--reason', 'enough', '--yes');
  expect(stopped.stdout).toBe(third);
  fs.rmSync(hold);
  const followed = await following;
  expect(followed.stdout).toContain('holding');
  expect(followed.exitCode).toBe(0);
  await served.next((event) => event.kind === 'execution.ended' && event.status === 'Stopped');
}, 180_000);

test('a rollback names what it returns to, what stays, and who is not eligible', async () => {
  const { stdout: fourth } = await saiondo('start', '--yes');
  await requested();
  await saiondo('approve', '--yes');
  await ended();
  const rollback = await json<Rollback>('rollback', 'Prod', '--dry-run');
  expect(rollback).toMatchObject({
    current: { id: fourth },
    target: { id: first },
    candidates: [
      { id: fourth, eligible: false, why: 'it is what the stage has now' },
      { id: first, eligible: true },
    ],
    difference: { migrations: [{ name: '2_names' }] },
  });
  expect((await saiondo('rollback', 'Prod', '--dry-run')).stdout).toContain('stays: the migration 2_names');
  expect((await saiondo('rollback', 'Prod', '--to', fourth, '--yes')).stderr).toContain('nothing was changed');
  const { stdout: fifth, exitCode } = await saiondo('rollback', 'Prod', '--yes');
  expect(exitCode).toBe(0);
  await served.next((event) => event.kind === 'execution.started' && event.executionId === fifth.split('\n').at(-1));
  const status = await json<PipelineStatus>('status');
  expect(status.executions[0]).toMatchObject({ type: 'ROLLBACK', rollbackTarget: first });
}, 180_000);
