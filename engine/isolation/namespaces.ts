// Longer than 300 lines: one sandbox of Linux namespaces, from its root to the end of its processes, in order.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Isolation, Sandbox, SandboxNetwork, SandboxRequest, SandboxSpawn } from '../ports/isolation';
import { splitVariables } from './loader-variables';
import { mountTable, type Mount } from './mount-table';
import { removeTree } from '../files/remove-tree';
import { ownTurn } from '../files/turns';
import { makeRunLayer } from './run-layer';
import { makeBase, makeRoot, setUpScript, type Bind, type RootPlan } from './set-up';
import type { SystemTools } from './system-tools';
import { seen, systemView, type SeenFolder } from './system-view';

/** What sandboxes of namespaces are made with. */
export interface NamespaceOptions {
  /** A folder of the run for the layer that all sandboxes share. */
  readonly directory: string;
  readonly tools: SystemTools;
  /** Folders outside of the system's that builds need at their own paths. */
  readonly toolchains: readonly string[];
  /** What no sandbox sees though it lies in a folder that it sees. */
  readonly hidden: readonly string[];
  /** Files and folders of the rehearsal that every sandbox may read. */
  readonly reads: readonly string[];
  /** Folders of the rehearsal that every sandbox may write to. */
  readonly writes: readonly string[];
  readonly network: SandboxNetwork;
  /** Sockets of the container engine. */
  readonly engineSockets: readonly string[];
}

/** Where a home and a temporary folder are inside. */
const HOME = '/root';
const TEMPORARY = '/tmp';
/** Capabilities of root in a container of Docker's, without those over devices and raw packets. */
const CAPABILITIES =
  'chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,sys_chroot,audit_write,setfcap'
    .split(',')
    .map((name) => `+${name}`)
    .join(',');

/** Milliseconds in which a sandbox has to be ready, and to be gone. */
const MOST_MILLISECONDS = 20_000;

/** Sandboxes of Linux's namespaces: root and ordinary users have the same, the latter in a user namespace in which they are root. */
export class NamespaceIsolation implements Isolation {
  readonly kind = 'namespaces';
  private readonly root = process.getuid?.() === 0;
  private readonly table: readonly Mount[] = mountTable();
  private readonly folders: readonly SeenFolder[];
  private readonly links: ReadonlyMap<string, string>;
  private layer: Promise<string> | undefined;

  constructor(private readonly options: NamespaceOptions) {
    const system = systemView(this.table, this.root);
    this.links = system.links;
    this.folders = [...system.folders, ...options.toolchains.flatMap((folder) => seen(folder, this.table, this.root))];
  }

  seenAt(): { readonly home: string; readonly temporary: string } {
    return { home: HOME, temporary: TEMPORARY };
  }

  async open(request: SandboxRequest): Promise<Sandbox> {
    this.layer ??= this.makeLayer();
    const layer = await this.layer;
    await ownTurn();
    const plan = this.plan(request, layer);
    fs.mkdirSync(request.directory, { recursive: true, mode: 0o700 });
    makeRoot(plan);
    await ownTurn();
    const { tools, network } = this.options;
    // A process whose parent is gone comes to process 1, which waits for none: with the signal ignored the kernel forgets it at once.
    const holder = [tools.env, '--ignore-signal=CHLD', tools.setpriv, ...this.confinement(), 'cat'].join(' ');
    const [command = tools.setpriv, ...args] = [
      ...network.enter,
      tools.setpriv,
      '--pdeathsig=KILL',
      tools.unshare,
      // The network's namespace comes with a user namespace: one below it could not enter that network again.
      ...(this.root || network.enter.length > 0 ? [] : ['--map-root-user']),
      ...['--mount', '--pid', '--ipc', '--uts', '--kill-child'],
      ...[tools.sh, '-c', setUpScript(plan, holder)],
    ];
    const child = spawn(command, args, {
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const sandbox = new NamespaceSandbox(this, request, child);
    await sandbox.ready();
    return sandbox;
  }

  /** What stands ahead of a program to start it in the namespaces of a process. */
  entrance(target: number, options: SandboxSpawn): string[] {
    const { tools, network } = this.options;
    return [
      tools.nsenter,
      `--target=${target}`,
      ...(this.root ? [] : ['--user', '--preserve-credentials']),
      ...['--mount', '--pid', '--ipc', '--uts'],
      ...(network.enter.length > 0 ? ['--net'] : []),
      '--',
      tools.setpriv,
      ...this.confinement(options.user),
      // A session of its own: a signal to its group does not meet the program that waits for it outside.
      tools.setsid,
      tools.env,
      `--chdir=${options.cwd}`,
    ];
  }

  /** Signals all processes in the namespace of one. The programs are this machine's: a sandbox's may be replaced by what runs in it. */
  signalling(target: number, signal: string): string[] {
    const { tools } = this.options;
    return [
      tools.nsenter,
      `--target=${target}`,
      ...(this.root ? [] : ['--user', '--preserve-credentials']),
      '--pid',
      '--',
      tools.sh,
      '-c',
      `kill -${signal} -1`,
    ];
  }

  /** Variables that a sandbox decides, over those of the request. */
  environment(request: SandboxRequest): Record<string, string> {
    return {
      HOME,
      TMPDIR: TEMPORARY,
      PIP_ROOT_USER_ACTION: 'ignore',
      // In a user namespace there is one user: an archive's others cannot be given to files.
      ...(this.root ? {} : { TAR_OPTIONS: '--no-same-owner' }),
      ...request.environment,
      ...this.options.network.environment,
    };
  }

  private confinement(user?: SandboxSpawn['user']): string[] {
    const who = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
    return [...who, `--bounding-set=-all,${CAPABILITIES}`, '--inh-caps=-all', '--no-new-privs'];
  }

  private async makeLayer(): Promise<string> {
    const directory = path.join(this.options.directory, `layer-${randomUUID()}`);
    const files = this.options.network.files.filter(({ to }) => this.isLayered(to));
    await makeRunLayer({ ...this.options, directory, folders: this.folders, root: this.root, files });
    makeBase(`${directory}-base`, this.links);
    return directory;
  }

  private isLayered(file: string): boolean {
    return this.folders.some(({ path: folder, how }) => how === 'layered' && file.startsWith(`${folder}/`));
  }

  private plan(request: SandboxRequest, layer: string): RootPlan {
    const { options } = this;
    const isFile = (at: string): boolean => !fs.statSync(at).isDirectory();
    const at =
      (readOnly: boolean) =>
      (from: string): Bind => ({ from, to: from, readOnly, file: isFile(from) });
    const binds = [
      { from: request.home, to: HOME, readOnly: false },
      { from: request.temporary, to: TEMPORARY, readOnly: false },
      ...[...options.reads, ...request.reads].map(at(true)),
      ...[...options.writes, ...request.writes].map(at(false)),
      ...options.network.files
        .filter(({ to }) => !this.isLayered(to))
        .map(({ from, to }) => ({ from, to, readOnly: true, file: true })),
      ...resolverFile(options.network).map(at(true)),
      ...(request.containerEngine ? options.engineSockets.filter((one) => fs.existsSync(one)).map(at(false)) : []),
    ];
    // Of two that are one place, the later holds.
    const unique = new Map(binds.map((bind) => [bind.to, bind]));
    return {
      directory: request.directory,
      layer,
      folders: this.folders,
      base: `${layer}-base`,
      binds: [...unique.values()],
      table: this.table,
      root: this.root,
    };
  }
}

/** /etc/resolv.conf is a link to a file of /run on many machines. */
function resolverFile(network: SandboxNetwork): string[] {
  if (network.files.some(({ to }) => to === '/etc/resolv.conf')) return [];
  try {
    const file = fs.realpathSync('/etc/resolv.conf');
    return file.startsWith('/run/') ? [file] : [];
  } catch {
    return [];
  }
}

class NamespaceSandbox implements Sandbox {
  readonly environment: Readonly<Record<string, string>>;
  private init = 0;
  private output = '';
  private readonly exited: Promise<void>;

  constructor(
    private readonly isolation: NamespaceIsolation,
    private readonly request: SandboxRequest,
    private readonly holder: ChildProcess,
  ) {
    this.environment = isolation.environment(request);
    this.exited = new Promise((done) => {
      holder.once('exit', () => done());
      holder.once('error', () => done());
    });
    holder.stdin?.on('error', () => undefined);
  }

  /** Waits until the root is put together. @throws SaiondoError `SANDBOX_FAILED` */
  async ready(): Promise<void> {
    const { holder } = this;
    let timer: NodeJS.Timeout | undefined;
    const ready = new Promise<boolean>((done) => {
      holder.stdout?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString('utf8');
        if (this.output.startsWith('ready\n')) done(true);
      });
      holder.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
      void this.exited.then(() => done(false));
      timer = setTimeout(() => done(false), MOST_MILLISECONDS);
    });
    const good = await ready;
    clearTimeout(timer);
    if (good && holder.pid !== undefined) this.init = childOf(holder.pid) ?? 0;
    if (this.init > 0) return;
    await this.close();
    throw new SaiondoError(
      `a build's own root could not be put together: ${this.output.trim() || 'it did not start'}`,
      {
        code: 'SANDBOX_FAILED',
        next: 'run with --isolation none, and report it',
      },
    );
  }

  spawn(file: string, args: readonly string[], options: SandboxSpawn): ChildProcess {
    const { outside, inside } = splitVariables(this.environment);
    const [command = '', ...rest] = [...this.isolation.entrance(this.init, options), ...inside, file, ...args];
    return spawn(command, rest, { cwd: '/', env: outside, stdio: options.stdio, detached: true });
  }

  signal(child: ChildProcess, signal: NodeJS.Signals): void {
    // The child is nsenter, which waits for the leader of a session inside.
    const leader = child.pid === undefined ? undefined : childOf(child.pid);
    try {
      if (leader !== undefined) process.kill(-leader, signal);
      else if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async pause(): Promise<void> {
    await this.signalAll('STOP');
  }

  async resume(): Promise<void> {
    await this.signalAll('CONT');
  }

  /** Signals all processes inside at once, so that none of them can start another in between. Nearly always there is none. */
  private async signalAll(signal: 'STOP' | 'CONT'): Promise<void> {
    if (childOf(this.init) === undefined) return;
    await new Promise<void>((done) => {
      const [command = '', ...args] = this.isolation.signalling(this.init, signal);
      const child = spawn(command, args, { cwd: '/', env: {}, stdio: 'ignore' });
      child.once('exit', () => done());
      child.once('error', () => done());
    });
  }

  async close(): Promise<void> {
    const { holder, request } = this;
    const target = this.init || holder.pid;
    if (holder.exitCode === null && holder.signalCode === null && target !== undefined) {
      // Process 1 ends last: what waits for it knows that all are gone.
      try {
        process.kill(target, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await this.exited;
    }
    await removeTree(request.directory);
  }
}

/** The only child of a process, by Linux's /proc. */
function childOf(pid: number): number | undefined {
  try {
    const [first] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}
