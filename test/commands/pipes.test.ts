import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordRun } from '../../bench/recorded-run';
import { Layout } from '../../model/layout';
import { which } from '../../engine/host/tools';

// What reads the output may close it, and who is asked may end the input or interrupt.
const ROOT = path.join(__dirname, '../..');
const COMMAND = path.join(ROOT, 'dist/bin/saiondo.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-pipes-'));
beforeAll(() => {
  recordRun(new Layout(path.join(folder, '.saiondo')), {
    runId: '20260101-100000-aaaa',
    builds: 1,
    fails: [0],
    log: () => `${'x'.repeat(80)}\n`.repeat(40_000),
  });
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a log whose reader has enough ends without a word, as a program that SIGPIPE ends', async () => {
  const child = spawn(process.execPath, [COMMAND, 'logs', '--pipeline', 'recorded'], { cwd: folder });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((done) => child.once('close', done));
  expect(said).not.toMatch(/EPIPE|\n {4}at /);
  expect(code).toBe(141);
}, 180_000);

/** Runs a question on a terminal of its own (util-linux, script(1)), and types one key when it is asked. @returns exit code and what was shown */
async function asked(key: string): Promise<{ readonly code: number | null; readonly shown: string }> {
  const program = `require(${JSON.stringify(path.join(ROOT, 'dist/commands/output/print.js'))}).ask('Sure? [y/N]').then(
    (answer) => console.log('answer ' + answer), (error) => { console.log(error.code + ': ' + error.next); process.exitCode = 2; });`;
  const file = path.join(folder, `asks-${key.charCodeAt(0)}.js`);
  fs.writeFileSync(file, program);
  const command = `${process.execPath} ${file}`;
  const child = spawn('script', ['--quiet', '--return', '--echo', 'never', '--command', command, '/dev/null']);
  let shown = '';
  let typed = false;
  child.stdout.on('data', (text: Buffer) => {
    shown += text.toString();
    // A key that comes before the question is the terminal's, not the question's.
    if (!typed && shown.includes('Sure?')) typed = child.stdin.write(key) || true;
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, shown };
}

const SCRIPT = process.platform === 'linux' && which('script') !== undefined;
if (!SCRIPT) process.stderr.write('pipes.test.ts: questions are left out: they take script(1) of util-linux\n');

(SCRIPT ? test : test.skip)(
  'a question whose input ends was not answered, and Ctrl-C ends the process',
  async () => {
    const ended = await asked('\u0004');
    expect(ended.shown).toContain('NOT_ANSWERED: run the command again');
    expect(ended.code).toBe(2);
    const interrupted = await asked('\u0003');
    expect(interrupted.shown).not.toContain('NOT_ANSWERED');
    expect(interrupted.code).toBe(130);
    expect((await asked('y\r')).shown).toContain('answer y');
  },
  180_000,
);
