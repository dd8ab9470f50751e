import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { NO_ISOLATION } from '../../engine/isolation/plain';
import { openIsolation } from '../../engine/isolation/open-isolation';
import { callFunction } from '../../engine/resources/inline-function';
import { BuildShell } from '../../engine/codebuild/build/shell';
import { fileOf, isOwnFile } from '../../engine/files/own-files';
import { processesWith } from '../fixtures/box';
import { machineHas } from '../fixtures/requires';

/** What foreign code could have the engine itself do, and what is left when the engine is gone. */
const namespaced = machineHas('namespaces') ? test : test.skip;
const asRoot = machineHas('namespaces') && process.getuid?.() === 0 ? test : test.skip;
const HOLDER = path.join(__dirname, '../fixtures/sandbox-holder.js');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-isolation-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const folder = (name: string): string => {
  const at = path.join(root, name);
  fs.mkdirSync(at, { recursive: true });
  return at;
};

namespaced('an engine that is killed leaves nothing of a build running, whatever the build did to stay', async () => {
  const seconds = `2000.${process.pid}`;
  const at = folder('killed');
  const text = `setsid sh -c 'trap "" TERM HUP; exec sleep ${seconds}' & sleep 0.2; echo up`;
  const engine = spawn(process.execPath, [HOLDER, at, text], {
    env: { ...process.env, HOLD: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((done) => engine.stdout.once('data', () => done()));
  expect(processesWith(seconds).length).toBeGreaterThan(0);
  engine.kill('SIGKILL');
  for (let tries = 0; tries < 500 && processesWith(seconds).length > 0; tries++)
    await new Promise((done) => setTimeout(done, 10));
  expect(processesWith(seconds)).toEqual([]);
  expect(processesWith(at)).toEqual([]);
});

asRoot.each([
  ['this machine’s network', {}],
  ['the network of a run', { NETWORK: '1' }],
])(
  'an ordinary user has the same in %s: root inside, the home, the system to write to, nothing left',
  (_network, given) => {
    const at = folder(`ordinary-${Object.keys(given).length}`);
    fs.chmodSync(root, 0o755);
    fs.chownSync(at, 65534, 65534);
    const names = ['/usr/local/bin/', '/etc/', '/opt/'].map((one) => `${one}saiondo-${process.pid}`);
    const text = `id -u; cd ~ && touch mine ${names.join(' ')} && echo written; test -r /etc/gshadow && echo SEEN; ls -d /home /work /run/docker.sock 2> /dev/null; ls /proc | grep -c '^[0-9]*$'; mkdir t && touch t/f && tar cf t.tar --owner=1234:1234 t && tar xf t.tar && echo unpacked; grep -c va: /proc/net/dev`;
    const said = spawnSync(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, HOLDER, at, text],
      { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...given }, cwd: '/' },
    );
    expect(said.stderr).toBe('');
    expect(said.stdout).toMatch(new RegExp(`^0\\nwritten\\n[1-7]\\nunpacked\\n${'NETWORK' in given ? 1 : 0}\\n$`));
    expect(names.filter((name) => fs.existsSync(name))).toEqual([]);
    expect(fs.existsSync(path.join(at, 'sandbox'))).toBe(false);
    expect(fs.readdirSync(path.join(at, 'home')).sort()).toEqual(['mine', 't', 't.tar']);
  },
);

namespaced('a function of a template sees nothing of this machine and changes nothing', async () => {
  const secret = path.join(folder('function'), 'secret');
  fs.writeFileSync(secret, 'x');
  const isolation = await openIsolation({ directory: folder('function/isolation'), hidden: [], reads: [] });
  const code = `exports.handler = async (event, context) => { const fs = require('fs');
    const Data = { secret: fs.existsSync('${secret}'), home: fs.readdirSync(require('os').homedir()).join(), parent: process.ppid, uid: process.getuid() };
    try { fs.writeFileSync('/usr/local/bin/saiondo-${process.pid}', 'x'); Data.wrote = true } catch { Data.wrote = false }
    await require('cfn-response').send(event, context, 'SUCCESS', Data, 'thing') }`;
  const made = await callFunction(
    { Runtime: 'nodejs22.x', Handler: 'index.handler', Timeout: 20, Code: { ZipFile: code } },
    { type: 'Custom::Thing', logicalId: 'Thing', account: '1', region: 'r', stackName: 's', properties: {} } as never,
    'Create',
    { PATH: '/usr/bin:/bin' },
    isolation,
    { expose: async () => undefined, conceal: async () => undefined },
  );
  expect(made.attributes).toMatchObject({ secret: false, parent: 0, uid: 0, wrote: true });
  expect(String(made.attributes?.home)).not.toMatch(/ssh|aws|npm|config/);
  expect(fs.existsSync(`/usr/local/bin/saiondo-${process.pid}`)).toBe(false);
});

test('the engine opens no file that a build has put a link or a pipe in the place of', async () => {
  const directory = folder('shell');
  const victim = path.join(directory, 'victim');
  fs.writeFileSync(victim, 'a secret');
  const sandbox = await NO_ISOLATION.open({
    directory: path.join(directory, 'sandbox'),
    writes: [],
    reads: [],
    home: directory,
    temporary: directory,
    environment: { PATH: process.env.PATH ?? '' },
    containerEngine: false,
  });
  const shell = new BuildShell(directory, { file: '/bin/sh', args: [] }, directory, sandbox);
  const state = path.join(directory, 'shell', 'state');
  for (const name of ['dir.txt', 'env.sh']) fs.rmSync(path.join(state, name));
  // A pipe that nobody writes to holds the one who opens it; the engine's own loop continues.
  spawnSync('mkfifo', [path.join(state, 'env.sh')]);
  fs.symlinkSync(victim, path.join(state, 'dir.txt'));
  shell.set('CODEBUILD_BUILD_SUCCEEDING', '1');
  const said: string[] = [];
  const log = { write: (chunk: Buffer) => said.push(chunk.toString('utf8')), flush: () => undefined };
  const outcome = await shell.run('pwd', log as never, {
    deadline: performance.now() + 300,
    signal: new AbortController().signal,
  });
  await shell.dispose();
  expect(outcome.ended).toBe('timed out');
  expect(fs.readFileSync(victim, 'utf8')).toBe('a secret');
});

test('a link is followed to what is the build’s own, as the build sees it, and to nothing else', () => {
  const at = folder('links');
  const [source, home] = ['src', 'home'].map((name) => folder(`links/${name}`)) as [string, string];
  fs.writeFileSync(path.join(source, 'real'), 'r');
  fs.writeFileSync(path.join(home, 'made'), 'm');
  fs.writeFileSync(path.join(at, 'outside'), 'o');
  const seen = new Map([
    [source, source],
    ['/root', home],
  ]);
  const link = (name: string, to: string): string => {
    fs.symlinkSync(to, path.join(source, name));
    return path.join(source, name);
  };
  expect(fileOf(link('inside', 'real'), seen)).toBe(path.join(source, 'real'));
  expect(fileOf(link('to-home', '/root/made'), seen)).toBe(path.join(home, 'made'));
  expect(fileOf(link('out', '../outside'), seen)).toBeUndefined();
  expect(fileOf(link('out-absolute', path.join(at, 'outside')), seen)).toBeUndefined();
  link('folder', '..');
  expect(fileOf(path.join(source, 'folder/outside'), seen)).toBeUndefined();
  expect(fileOf(path.join(source, 'folder/src/real'), seen)).toBe(path.join(source, 'real'));
  link('round', 'about');
  expect(fileOf(link('about', 'round'), seen)).toBeUndefined();
  expect(isOwnFile(source, path.join(source, 'to-home'))).toBe(false);
  spawnSync('mkfifo', [path.join(source, 'pipe')]);
  expect(isOwnFile(source, path.join(source, 'pipe'))).toBe(false);
});
