import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { prepareCommandLine } from '../fixtures/served-rehearsal';

/** A folder in place of the machine's temporary one, so that what is left is seen. */
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-temporary-'));
const FILE = path.join(__dirname, '../../dist/engine/host/temporary-folder.js');
beforeAll(() => prepareCommandLine(), 240_000);
afterEach(() => fs.readdirSync(root).forEach((name) => fs.rmSync(path.join(root, name), { recursive: true })));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** Runs a script that makes a folder with a file in it, says so, and does more. @returns exit code and signal */
async function run(then: string, signal?: NodeJS.Signals): Promise<unknown[]> {
  const script = `
    const folder = require(${JSON.stringify(FILE)}).temporaryFolder('test');
    require('node:fs').writeFileSync(folder + '/secret', 'x');
    process.stdout.write('made'); ${then}`;
  const child = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, TMPDIR: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  if (signal) {
    expect(fs.readdirSync(root).filter((name) => name.includes(String(child.pid)))).toHaveLength(1);
    child.kill(signal);
  }
  return (await exit) as unknown[];
}
const WAITS = 'setInterval(() => {}, 1000);';

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends the process as ever, and its folder is gone',
  async (one) => {
    expect(await run(WAITS, one)).toEqual([null, one]);
    expect(fs.readdirSync(root)).toEqual([]);
  },
);

test('where somebody else hears the signal, the folder is there until the process ends', async () => {
  const then = `${WAITS} process.on('SIGTERM', () => setImmediate(() => process.exit(require('node:fs').existsSync(folder) ? 7 : 8)));`;
  expect(await run(then, 'SIGTERM')).toEqual([7, null]);
  expect(fs.readdirSync(root)).toEqual([]);
});

test('what a killed process left is removed by the next, what is somebody else’s stays', async () => {
  expect(await run(WAITS, 'SIGKILL')).toEqual([null, 'SIGKILL']);
  expect(fs.readdirSync(root)).toHaveLength(1);
  const others = [`saiondo-${process.pid}-of-one-that-lives`, 'saiondo-x-1', 'other-4194305-x'];
  for (const name of others) fs.mkdirSync(path.join(root, name));
  const outside = path.join(root, 'outside');
  fs.mkdirSync(outside);
  fs.symlinkSync(outside, path.join(root, 'saiondo-4194305-link'));
  expect(await run('process.exit(0)')).toEqual([0, null]);
  expect(fs.readdirSync(root).sort()).toEqual([...others, 'outside', 'saiondo-4194305-link'].sort());
});
