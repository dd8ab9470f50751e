import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { ensureAwsTools } from '../../engine/endpoint/aws-tools';
import type { RunEvent } from '../../model/events';
import { eventProblems } from '../model/event-schema';
import { makeRepository, SMALL_REPOSITORY, writeAssembly, type SmallPipeline } from '../fixtures/small-pipeline';

// The command line as a person or a script meets it: exit codes, decisions, interruptions, on pipelines of a few shell commands.
const ROOT = path.join(__dirname, '../..');
const BIN = path.join(ROOT, 'dist/bin/saiondo.js');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-command-line-'));
const environment = { SAIONDO_TOOLS_DIR: path.join(ROOT, '.saiondo/tools') };
let places = 0;

beforeAll(async () => {
  // The first time the virtual environment of the local AWS endpoint is made, which is as slow as the package index.
  await ensureAwsTools(environment.SAIONDO_TOOLS_DIR);
  await makeRepository(path.join(root, 'shop'), { 'README.md': 'a shop\n' });
}, 300_000);
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** A folder of its own with this pipeline's assembly, and the command line in it. */
function place(pipeline: SmallPipeline) {
  const directory = path.join(root, `place-${++places}`);
  writeAssembly(path.join(directory, 'cdk.out'), pipeline);
  const args = (more: readonly string[]): string[] => [
    BIN,
    'rehearse',
    '--assembly',
    'cdk.out',
    ...(more.includes('--source') ? [] : ['--source', `${SMALL_REPOSITORY}=${path.join(root, 'shop')}`]),
    '--no-containers',
    ...more,
  ];
  return {
    directory,
    start: (...more: string[]) => execa('node', args(more), { cwd: directory, env: environment, reject: false }),
    run: async (...more: string[]) => {
      const { exitCode, stdout, stderr } = await execa('node', args(more), {
        cwd: directory,
        env: environment,
        reject: false,
      });
      const runs = path.join(directory, '.saiondo/runs');
      const id = fs.existsSync(runs) ? (fs.readdirSync(runs).sort().at(-1) ?? '') : '';
      return { exitCode, stdout, stderr, id };
    },
  };
}

/** The events that `--json` printed, each as docs/events.schema.json has it. */
function events(lines: string): RunEvent[] {
  const all = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);
  expect(all.flatMap(eventProblems)).toEqual([]);
  return all;
}

const shop: SmallPipeline = {
  stages: {
    Verify: [{ name: 'Test', commands: ['echo tested'] }],
    Prod: [
      { name: 'Promote', approval: true },
      { name: 'Deploy', runOrder: 2, commands: ['echo deployed'] },
    ],
  },
};

test('without a decision a run waits, exit 0, and is continued with one', async () => {
  const { run } = place(shop);
  const first = await run();
  expect(first.exitCode).toBe(0);
  expect(first.stdout).toMatch(/^waits for Prod\/Promote; 2 of 4 actions passed/m);
  expect(first.stdout).toContain(`npx saiondo rehearse --resume ${first.id} --approve Prod/Promote\n`);
  const second = await run('--resume', first.id, '--approve', 'Prod', '--json');
  expect(second.exitCode).toBe(0);
  const kinds = events(second.stdout);
  // The approval has been waiting all the time: it is decided, not started again.
  expect(
    kinds.flatMap((event) =>
      event.kind === 'action.started' || event.kind === 'approval.decided' ? [`${event.kind} ${event.action}`] : [],
    ),
  ).toEqual(['approval.decided Promote', 'action.started Deploy']);
  expect(kinds.at(-1)).toMatchObject({ kind: 'run.ended', verdict: 'passed', exitCode: 0 });
}, 180_000);

test('a rejected approval is exit 1, and nothing after it runs', async () => {
  const { run } = place(shop);
  const { exitCode, stdout } = await run('--reject', 'Prod', '--json');
  expect(exitCode).toBe(1);
  const all = events(stdout);
  expect(all.at(-1)).toMatchObject({ kind: 'run.ended', verdict: 'rejected' });
  expect(all.some((event) => event.kind === 'action.started' && event.action === 'Deploy')).toBe(false);
}, 180_000);

test('a failed action is exit 1: its last lines, its phase and command, and the command that repeats it alone', async () => {
  const { run } = place({
    stages: {
      Verify: [{ name: 'Test', commands: ['git --version; test -f fixed || { echo it is broken; exit 3; }'] }],
    },
  });
  const { exitCode, stdout, stderr, id } = await run();
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^on this machine: .*git \d+\.\d+/m);
  expect(stdout).toContain('| it is broken');
  expect(stdout).toMatch(/phase BUILD, command: git --version; test -f fixed/);
  expect(stdout).toContain(`repeat it: npx saiondo rehearse --resume ${id} --only Verify/Test`);
  const again = await run('--resume', id, '--only', 'Verify/Test', '--json');
  expect(again.exitCode).toBe(1);
  expect(events(again.stdout).flatMap((event) => (event.kind === 'action.started' ? [event.action] : []))).toEqual([
    'Test',
  ]);
}, 180_000);

test('--until ends after a stage; --list names stages, actions and tools and runs nothing', async () => {
  const { run, directory } = place(shop);
  const listed = await run('--list');
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toMatch(/Verify\n.*Test/);
  expect(fs.existsSync(path.join(directory, '.saiondo/runs'))).toBe(false);
  const { exitCode, stdout } = await run('--until', 'Verify', '--json');
  expect(exitCode).toBe(0);
  expect(events(stdout).some((event) => event.kind === 'stage.started' && event.stage === 'Prod')).toBe(false);
}, 180_000);

test('what cannot be rehearsed is exit 0 and said first; with --strict it is exit 3', async () => {
  const { run } = place({
    stages: { Verify: [{ name: 'Web', commands: ['flutter-that-is-nowhere || true', 'helm lint'] }] },
  });
  const lenient = await run();
  expect([lenient.exitCode, lenient.stdout.split('\n').find(Boolean)]).toEqual([
    0,
    '1 of 2 actions rehearsed, all passed; not rehearsed: Verify/Web (helm)',
  ]);
  expect(lenient.stderr).toMatch(/^not on this machine: helm, needed by small-Verify-Web$/m);
  expect((await run('--strict')).exitCode).toBe(3);
}, 180_000);

test.each([
  [['--source', 'acme/shop'], /--source acme\/shop is not OWNER\/REPO=PATH/],
  [['--resume', 'no-such-run'], /there is no run no-such-run/],
  [['--no-such-option'], /unknown option/],
])(
  'wrong usage %j is exit 2 and says what is wrong',
  async (more, message) => {
    const { run } = place(shop);
    const { exitCode, stderr } = await run(...more);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .*\.js:\d+/m);
    expect(exitCode).toBe(2);
  },
  180_000,
);

test('a source that is not a git repository fails its action and says what to do', async () => {
  const { run, directory } = place(shop);
  fs.mkdirSync(path.join(directory, 'plain'));
  const { exitCode, stdout } = await run('--source', `${SMALL_REPOSITORY}=${os.tmpdir()}`);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/is not a git repository[\s\S]*→ .*git init/);
}, 180_000);

test('a pipeline’s variable without a default needs --variable, and has its value', async () => {
  const { run } = place({
    pipeline: { Variables: [{ Name: 'LEVEL' }] },
    stages: {
      Verify: [{ name: 'Test', environment: { LEVEL: '#{variables.LEVEL}' }, commands: ['test "$LEVEL" = high'] }],
    },
  });
  expect((await run()).exitCode).not.toBe(0);
  expect((await run('--variable', 'LEVEL=high')).exitCode).toBe(0);
  const { exitCode, stderr } = await run('--variable', 'LEVEL');
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--variable LEVEL is not NAME=VALUE')]);
}, 180_000);

test.each([1, 2])(
  '%i times Ctrl-C ends every process of the run, exit 130, and says how it is resumed',
  async (times) => {
    const { run, start, directory } = place({
      stages: {
        Verify: [
          {
            name: 'Slow',
            commands: [
              'cd ../../../../../..; test -f released && exit 0; trap "" TERM; echo $$ > new; mv new slow.pid; sleep 300',
            ],
          },
        ],
      },
    });
    // The build says by a file of the folder that it runs, which an isolated one could not; test/attacks/isolation ends isolated ones.
    const child = start('--isolation', 'none');
    const appeared = new Promise<void>((done) => {
      const watcher = fs.watch(directory, (_event, file) => {
        if (file !== 'slow.pid') return;
        watcher.close();
        done();
      });
    });
    await appeared;
    const ending = new Promise<void>((done) =>
      child.stderr?.on('data', (text: Buffer) => text.includes('Press Ctrl-C again to end at once') && done()),
    );
    child.kill('SIGINT');
    await ending;
    if (times === 2) child.kill('SIGINT');
    const { exitCode, stdout: said, stderr } = await child;
    expect(exitCode).toBe(130);
    expect(said + stderr).toMatch(/[Cc]ontinue it: npx saiondo rehearse --resume \S+/);
    const left = async (): Promise<string[]> => {
      const { stdout } = await execa('ps', ['-eo', 'args']);
      return stdout.split('\n').filter((line) => line.includes(directory));
    };
    if (times === 1) expect(await left()).toEqual([]);
    // At once: the engine's watcher ends what it leaves behind.
    while ((await left()).length > 0) await new Promise((again) => setTimeout(again, 100));
    const [id = ''] = fs.readdirSync(path.join(directory, '.saiondo/runs'));
    fs.writeFileSync(path.join(directory, 'released'), '');
    expect((await run('--resume', id, '--isolation', 'none')).exitCode).toBe(0);
  },
  180_000,
);
