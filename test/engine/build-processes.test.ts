import { spawn, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { endLeftBuilds, rememberProcess } from '../../engine/host/build-processes';
import { processTable, PROC, PS } from '../../engine/host/process-table';
import { Layout } from '../../model/layout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-processes-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** A command as a build starts it: the leader of a process group. */
function command(): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  if (child.pid === undefined) throw new Error('sleep did not start');
  return child as ChildProcess & { readonly pid: number };
}

const tables =
  process.platform === 'linux'
    ? ([
        ['/proc', PROC],
        ['ps', PS],
      ] as const)
    : ([['ps', PS]] as const);
test.each(tables)('with %s: a noted command is ended, a process that only has its pid is not', async (name, table) => {
  const layout = new Layout(path.join(root, name.replace('/', '')));
  const shell = path.join(layout.build('run', 'project:1'), 'shell');
  fs.mkdirSync(shell, { recursive: true });
  const left = command();
  rememberProcess(shell, left.pid, table);
  const other = command();
  fs.appendFileSync(path.join(shell, 'processes'), `${other.pid} another time\n${other.pid} \n`);
  const gone = new Promise((done) => left.once('exit', (_code, signal) => done(signal)));
  expect(endLeftBuilds(layout, table)).toEqual([left.pid]);
  expect(await gone).toBe('SIGKILL');
  expect(other.exitCode ?? other.signalCode).toBeNull();
  expect(fs.existsSync(shell)).toBe(false);
  other.kill('SIGKILL');
});

test('the table of this machine knows when this process started, and nothing of one that is not there', () => {
  expect(processTable().startTime(process.pid)).toMatch(/./);
  expect(PS.startTime(process.pid)).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  for (const table of [processTable(), PS]) expect(table.startTime(2 ** 30)).toBeUndefined();
});
