import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { Layout } from '../../model/layout';
import { recordRun, REGION } from '../../bench/recorded-run';

// The built command line as a person or a script calls it, on runs on disk.
const ROOT = path.join(__dirname, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-cli-'));
const at = ['--rehearsal', '--pipeline', 'recorded', '--region', REGION];
let executionId: string;

beforeAll(async () => {
  const layout = new Layout(path.join(folder, '.saiondo'));
  ({ executionId } = recordRun(layout, { runId: '20260101-100000-aaaa', builds: 2 }));
  recordRun(layout, { runId: '20260101-110000-bbbb', builds: 2, fails: [0], log: () => 'it broke\n' });
}, 120_000);
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function saiondo(...args: string[]) {
  return execa(process.execPath, [path.join(ROOT, 'dist/bin/saiondo.js'), ...args], {
    cwd: folder,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: folder, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' },
  });
}

test.each(['status', 'history', 'triage', 'approve', 'reject', 'retry', 'stop', 'start', 'rollback', 'doctor', 'open'])(
  '%s has help with examples that are its own',
  async (command) => {
    const { stdout, exitCode } = await saiondo(command, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Examples:\n  saiondo ${command}`);
  },
);

test('to a pipe go no colours, and fields with tabs between them', async () => {
  const { stdout, stderr } = await saiondo('history', ...at);
  expect(stdout).not.toContain('\u001b');
  expect(stdout.split('\n')[0]).toBe('execution\tstarted\ttrigger\tcommit\tduration\tverdict\tfailed');
  expect(stderr).toBe('');
});

test('status --json is JSON and nothing else', async () => {
  const { stdout } = await saiondo('status', '--json', ...at);
  expect(JSON.parse(stdout)).toMatchObject({ pipeline: 'recorded', approvals: [{ stage: 'Prod', executionId }] });
});

test('a change without a terminal and without --yes changes nothing, and says how', async () => {
  const { stderr, exitCode } = await saiondo('reject', 'Prod', ...at);
  expect(stderr).toContain('Nothing was changed');
  expect(stderr).toContain('→ add --yes');
  expect(exitCode).toBe(2);
});

test('a change on runs that are over is refused with what to do', async () => {
  const { stderr, exitCode } = await saiondo('reject', 'Prod', '--yes', ...at);
  expect(stderr).toContain('rehearse');
  expect(stderr).not.toMatch(/at .*\.js:\d+/);
  expect(exitCode).toBe(2);
});

test('an approval of another execution than the one that is named is refused', async () => {
  const { stderr, exitCode } = await saiondo('approve', 'Prod', '--yes', '--execution', 'ffffffff', ...at);
  expect(stderr).toContain(`${executionId} waits in Prod, not ffffffff: nothing was changed`);
  expect(exitCode).toBe(2);
});

test('the whole log goes to stdout, what it is of to stderr', async () => {
  const { stdout, stderr } = await saiondo('triage', '--log', ...at);
  expect(stdout).toContain('it broke');
  expect(stderr).toContain('Verify/Test0, project-0:');
});

test('without credentials doctor still looks at what is here, and says what fixes the rest', async () => {
  fs.copyFileSync(path.join(ROOT, 'saiondo.yaml'), path.join(folder, 'saiondo.yaml'));
  const { stdout, exitCode } = await saiondo('doctor', '--aws', '--json');
  fs.rmSync(path.join(folder, 'saiondo.yaml'));
  const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string; fix?: string }[] };
  expect(findings.filter((one) => one.check === 'tools').length).toBeGreaterThan(2);
  expect(findings.find((one) => one.check === 'credentials')).toMatchObject({
    status: 'error',
    fix: expect.stringContaining('aws sso login'),
  });
  expect(exitCode).toBe(1);
}, 180_000);

test('without a pipeline or a region it is said which one is missing', async () => {
  expect((await saiondo('status', '--aws')).stderr).toContain('No pipeline is given');
  expect((await saiondo('status', '--aws', '--pipeline', 'x')).stderr).toContain('No region is given');
});

test('open prints the console’s page of AWS, and continues without a display', async () => {
  fs.copyFileSync(path.join(ROOT, 'saiondo.yaml'), path.join(folder, 'saiondo.yaml'));
  const { stdout } = await saiondo('open', '--aws');
  fs.rmSync(path.join(folder, 'saiondo.yaml'));
  expect(stdout).toBe(
    'https://ap-northeast-2.console.aws.amazon.com/codesuite/codepipeline/pipelines/saiondo/view?region=ap-northeast-2',
  );
});

test.each(['bash', 'zsh', 'fish'])('the completion of %s asks the command line what fits', async (shell) => {
  const { stdout } = await saiondo('completion', shell);
  expect(stdout).toContain('saiondo complete --');
  expect((await saiondo('complete', '--', 'rollback', '--t')).stdout).toContain('--to');
});

test.each([
  ['approve', '', ['Source', 'Verify', 'Prod']],
  ['logs', 'Verify/', ['Verify/Test0', 'Verify/Test1']],
  ['triage', '', []],
  ['rehearse', '--resume', ['20260101-110000-bbbb', '20260101-100000-aaaa']],
  ['rehearse', '--only', ['Verify/Test0']],
  ['history', '', []],
] as const)('%s %s is completed with the names that the runs of this folder have', async (command, word, names) => {
  const { stdout } = await saiondo('complete', '--', command, ...(word.startsWith('--') ? [word, ''] : [word]));
  const offered = stdout.split('\n').map((line) => line.split('\t')[0]);
  expect(offered).toEqual(expect.arrayContaining([...names]));
  if (command === 'triage') expect(offered).toContain(executionId.slice(0, 8));
  if (command === 'history') expect(offered.filter((one) => !one?.startsWith(':'))).toEqual([]);
});

test('where there is no run, nothing is offered, and nothing goes wrong', async () => {
  const empty = fs.mkdtempSync(path.join(folder, 'empty-'));
  const { stdout, stderr, exitCode } = await execa(
    process.execPath,
    [path.join(ROOT, 'dist/bin/saiondo.js'), 'complete', '--', 'approve', ''],
    { cwd: empty, reject: false },
  );
  expect({ offered: stdout.trim(), stderr, exitCode }).toEqual({ offered: ':4', stderr: '', exitCode: 0 });
});
