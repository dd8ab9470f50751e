import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import execa from 'execa';
import { compileEngine } from './compile';
import { prepare, result, type CrashCase } from './crash';

const folders: string[] = [];
let program = '';
let compiled = '';
beforeAll(async () => {
  ({ program, folder: compiled } = await compileEngine());
  folders.push(compiled);
});
afterAll(() => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

const source = { Name: 'Source', Actions: [{ Name: 'Source', Source: true }] };
const build = (command: string): CrashCase => ({
  name: command,
  executions: 1,
  pipeline: { Stages: [source, { Name: 'Build', Actions: [{ Name: 'Compile', Run: [command] }] }] },
});

async function folderOf(one: CrashCase): Promise<string> {
  const folder = await prepare(one);
  folders.push(folder);
  return folder;
}

test('a second engine on the same folder is refused, and the first continues', async () => {
  const folder = await folderOf(build('until [ -e "$MARK/go" ]; do sleep 0.02; done'));
  const first = spawn(process.execPath, [program, folder, 'tell'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((done) => first.once('exit', done));
  for await (const kind of readline.createInterface({ input: first.stdout }))
    if (kind === 'build.command.started') break;
  const second = await execa(process.execPath, [program, folder], { reject: false });
  expect(second.exitCode).toBe(99);
  expect(second.stderr).toBe(`LOCKED: A rehearsal is already running in this folder (process ${first.pid})`);
  fs.writeFileSync(path.join(folder, 'go'), '');
  expect(await ended).toBe(0);
  expect(result(folder)).toMatchObject({ final: { verdict: 'passed' }, problems: [] });
});

test('of many engines that find a dead one’s lock at once, one has it', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-lock-'));
  folders.push(folder);
  const file = path.join(folder, 'lock');
  fs.writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }));
  // Each says how it went, and holds what it has until its input ends.
  const script = `
    const { takeLock } = require(${JSON.stringify(path.join(compiled, 'engine/host/lock.js'))});
    try { takeLock(${JSON.stringify(file)}); console.log('taken'); } catch (error) { console.log(error.code); }
    process.stdin.resume();`;
  const engines = Array.from({ length: 6 }, () => execa(process.execPath, ['-e', script]));
  const words = await Promise.all(
    engines.map((one) => new Promise<string>((done) => one.stdout?.once('data', (data: Buffer) => done(String(data))))),
  );
  for (const one of engines) one.stdin?.end();
  await Promise.all(engines);
  expect(words.map((word) => word.trim()).sort()).toEqual([...Array<string>(5).fill('LOCKED'), 'taken']);
  expect(fs.readdirSync(folder)).toEqual(['lock']);
});

/** A small file system of its own, as root or in a user's name space; a machine without has to say so. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
const withDisk = canMount ? test : test.skip;
withDisk('a full disk ends the run in its log, and with room again it continues (needs unshare)', async () => {
  const small = build('true');
  // The definition alone is longer than the room that is left: its event is torn.
  const Variables = [{ Name: 'LONG', DefaultValue: 'x', Description: 'x'.repeat(6000) }];
  const folder = await folderOf({ ...small, pipeline: { ...small.pipeline, Variables } });
  const script = `
    set -e
    cp -r "$1/state" "$1/deployed"
    mount -t tmpfs -o size=64k tmpfs "$1/state"
    cp -r "$1/deployed/." "$1/state"
    head -c 100000 /dev/zero > "$1/state/filler" 2>/dev/null || true
    # Room for the first events, not for all.
    truncate -s -8k "$1/state/filler"
    "$2" "$3" "$1" 2> "$1/full" || true
    rm "$1/state/filler"
    mount -o remount,size=50m "$1/state"
    "$2" "$3" "$1"
    cp -r "$1/state/." "$1/deployed"
    umount "$1/state"
    cp -r "$1/deployed/." "$1/state"`;
  await execa('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, program]);
  expect(fs.readFileSync(path.join(folder, 'full'), 'utf8')).toMatch(
    /^DISK_FULL: cannot write the event log: ENOSPC: no space left on device/,
  );
  expect(result(folder)).toMatchObject({ final: { verdict: 'passed' }, problems: [] });
});
