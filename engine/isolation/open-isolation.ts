import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Isolation, IsolationKind, SandboxNetwork } from '../ports/isolation';
import { NamespaceIsolation } from './namespaces';
import { FolderIsolation, NO_ISOLATION } from './plain';
import { findSystemTools } from './system-tools';
import { contains } from './mount-table';
import { toolchains } from './toolchains';

/** What a run's isolation is opened with. */
export interface IsolationOptions {
  /** A folder for its own use, emptied first. */
  readonly directory: string;
  /** What was asked for; without it the best that this machine has. */
  readonly wanted?: IsolationKind;
  /** What no sandbox sees wherever it lies: the rehearsal's own folder, the checkout. */
  readonly hidden: readonly string[];
  /** Files and folders of the rehearsal that every sandbox may read: its tools. */
  readonly reads: readonly string[];
  /** Folders of the rehearsal that every sandbox may write to: what is downloaded once for all. */
  readonly writes?: readonly string[];
  readonly network?: SandboxNetwork;
  /** Whose toolchains are seen; default who runs this. */
  readonly person?: { readonly home: string; readonly environment: Readonly<Record<string, string | undefined>> };
}

/** This machine's own network. */
const HOST_NETWORK: SandboxNetwork = { enter: [], files: [], environment: {} };
/** What a sandbox without namespaces does not keep from a build. */
const OPEN = 'builds see the files and processes of this machine';

/**
 * Finds out how foreign code can be kept apart here: it opens a sandbox and starts a program in it.
 * @throws SaiondoError `ISOLATION_MISSING` where namespaces were asked for and cannot be had
 */
export async function openIsolation(options: IsolationOptions): Promise<Isolation> {
  const { wanted } = options;
  if (wanted === 'none')
    return {
      ...NO_ISOLATION,
      limit: 'builds run with the files, processes and programs of this machine (--isolation none)',
    };
  const why = wanted === 'folders' ? 'asked for' : await tryNamespaces(options);
  if (typeof why !== 'string') return why;
  if (wanted === 'namespaces')
    throw new SaiondoError(`builds cannot have namespaces of their own on this machine: ${why}`, {
      code: 'ISOLATION_MISSING',
      next: `${howToGet()}, or leave --isolation out`,
    });
  return new FolderIsolation(wanted === 'folders' ? OPEN : `${OPEN}: ${why}. ${howToGet()}`);
}

/** @returns the isolation, or why there is none */
async function tryNamespaces(options: IsolationOptions): Promise<Isolation | string> {
  if (process.platform !== 'linux') return `${process.platform} has no namespaces`;
  const tools = findSystemTools();
  if (!('unshare' in tools)) return `missing: ${tools.join(', ')}`;
  fs.rmSync(options.directory, { recursive: true, force: true });
  const { home, environment } = options.person ?? { home: os.homedir(), environment: process.env };
  const isolation = new NamespaceIsolation({
    directory: options.directory,
    tools,
    toolchains: beside(options.directory, toolchains(environment, home, SYSTEM_FOLDERS), environment.PATH),
    hidden: [...options.hidden, home],
    reads: options.reads.filter((one) => fs.existsSync(one)),
    writes: options.writes ?? [],
    network: options.network ?? HOST_NETWORK,
    engineSockets: engineSockets(),
  });
  const trial = path.join(options.directory, 'trial');
  const folder = (name: string): string => path.join(options.directory, `trial-${name}`);
  for (const name of ['home', 'tmp']) fs.mkdirSync(folder(name), { recursive: true });
  try {
    const sandbox = await isolation.open({
      directory: trial,
      writes: [],
      reads: [],
      home: folder('home'),
      temporary: folder('tmp'),
      environment: {},
      containerEngine: false,
    });
    const code = await new Promise<number | null>((done) => {
      const child = sandbox.spawn(tools.sh, ['-c', 'exit 7'], { cwd: '/', stdio: 'ignore' });
      child.once('exit', done);
      child.once('error', () => done(null));
    });
    await sandbox.close();
    return code === 7 ? isolation : 'a program could not be started in them';
  } catch (error) {
    // What the tool said, not the command: it names every hidden file.
    const said = (error as { stderr?: string }).stderr || (error instanceof Error ? error.message : String(error));
    return (said.trim().split('\n')[0] ?? '').slice(0, 300);
  } finally {
    for (const name of ['home', 'tmp']) fs.rmSync(folder(name), { recursive: true, force: true });
  }
}

/**
 * Toolchains that do not hold this run's own folder, which no overlay can lie over: of one that does, the folders that PATH names.
 * @param directory this run's own folder
 */
function beside(directory: string, found: readonly string[], PATH = ''): string[] {
  const entries = PATH.split(path.delimiter).filter((entry) => !contains(entry, directory));
  return found.flatMap((one) =>
    contains(one, directory) ? entries.filter((entry) => contains(one, entry) && fs.existsSync(entry)) : [one],
  );
}

/** Folders of the system, with what lies in them. */
const SYSTEM_FOLDERS = ['/usr', '/etc', '/opt', '/bin', '/sbin', '/lib', '/lib64', '/nix', '/gnu', '/snap'];

/** What a person does to have namespaces here. */
function howToGet(): string {
  if (process.platform !== 'linux') return 'Run it in a Linux machine or container to have builds kept apart';
  if (fs.existsSync('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'))
    return 'Allow user namespaces (sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0), or run it as root';
  return 'Install util-linux and mount (sudo apt-get install util-linux mount), allow user namespaces (sudo sysctl user.max_user_namespaces=10000), or run it as root';
}

function engineSockets(): string[] {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const named = /^unix:\/\/(.+)$/.exec(process.env.DOCKER_HOST ?? process.env.CONTAINER_HOST ?? '')?.[1];
  return [
    ...(named ? [named] : []),
    '/run/docker.sock',
    '/run/podman/podman.sock',
    ...(runtime ? [path.join(runtime, 'docker.sock'), path.join(runtime, 'podman/podman.sock')] : []),
  ];
}
