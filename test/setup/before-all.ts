import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { waitForLock } from '../../engine/host/lock';
import { fingerprint } from './fingerprint';
import { KEPT, ROOT } from './paths';

/** What the build reads (tsconfig.build.json). */
const SOURCES = [
  'bin',
  'pipelines',
  'lib',
  'config',
  'model',
  'engine',
  'commands',
  'operator',
  'views',
  'bench',
  'scripts',
];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'node_modules/.package-lock.json'];
/** The compiler's own record of what it has built. */
const RECORD = 'dist/.tsbuildinfo';

/** The synth server of this run, for the teardown. */
export interface SynthServer {
  readonly child: ChildProcess;
  readonly folder: string;
}
declare global {
  var saiondoSynthServer: SynthServer | undefined;
}

/** Before the first test of a run: `dist/` is built once for all files, and the synth server waits for requests. */
export default async function beforeAllTests(): Promise<void> {
  await buildOnce();
  await startSynthServer();
}

/** `npm run build`, where the sources or what was built of them are not those of the last time. Two runs of jest take turns. */
async function buildOnce(): Promise<void> {
  const unlock = await waitForLock(path.join(KEPT, 'build.lock'));
  const stamp = path.join(KEPT, 'built.txt');
  const current = (): string => fingerprint(ROOT, [...SOURCES, ...SETTINGS, RECORD]);
  try {
    // In a copy of a checkout by hard links the compiler would write into the original's dist/ too.
    const record = fs.statSync(path.join(ROOT, RECORD), { throwIfNoEntry: false });
    if (record && record.nlink > 1) fs.rmSync(path.join(ROOT, 'dist'), { recursive: true });
    if (fs.existsSync(stamp) && fs.existsSync(path.join(ROOT, RECORD)) && fs.readFileSync(stamp, 'utf8') === current())
      return;
    await execa('npm', ['run', '--silent', 'build'], { cwd: ROOT, stderr: 'inherit' });
    fs.writeFileSync(stamp, current());
  } finally {
    unlock();
  }
}

async function startSynthServer(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-synth-server-'));
  const socket = path.join(folder, 'socket');
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/scripts/synth-server.js'), socket], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment(),
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the synth server ended with exit code ${code}`))),
  ]);
  // Nothing of it keeps jest from ending.
  child.unref();
  child.stdout.destroy();
  process.env.SAIONDO_SYNTH_SOCKET = socket;
  globalThis.saiondoSynthServer = { child, folder };
}

/** A synth depends on no account and no setting of the person who runs the tests. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|SAIONDO)_/.test(name));
  return { ...Object.fromEntries(own), CDK_VALIDATION: 'false' };
}
