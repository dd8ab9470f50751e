import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import execa from 'execa';
import { registryUnreached } from './registry-unreached';
import { SaiondoError } from '../../model/errors';
import { execute } from './execute';
import { ENGINE_MARK, engineMark } from './engine-mark';
import { which } from './tools';

/** A container to run: what an ECS task definition and service come to on this machine. */
export interface ContainerOptions {
  readonly name: string;
  readonly network: string;
  readonly image: string;
  /** The name that the network knows it by. */
  readonly alias: string;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  /** Given to the engine through its environment, never through its arguments. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** The root file system is read-only: the container writes nowhere but to its tmpfs mounts. */
  readonly readOnly: boolean;
  /** Memory that stands in for a disk. */
  readonly tmpfs?: readonly TmpfsMount[];
  /** A process 1 that passes signals on and reaps what ended. */
  readonly init?: boolean;
  readonly memoryMiB?: number;
  readonly user?: string;
}

/** A tmpfs mount of a container. */
export interface TmpfsMount {
  readonly path: string;
  readonly sizeMiB: number;
  /** As `mount` takes them: `nosuid`, `noexec`. */
  readonly options: readonly string[];
}

/** A container that runs, with the loopback port of each of its ports. */
export interface RunningContainer {
  readonly id: string;
  readonly ports: ReadonlyMap<number, number>;
}

/** Marks everything that this root folder's rehearsals made, so that it can be found again and removed. */
export const LABEL = 'saiondo.rehearsal';

/** Docker or Podman on this machine, through its command line. */
export class ContainerEngine {
  /** What the engine's command has to be called with, by builds too. */
  readonly environment: Record<string, string> = {};
  private readonly forwarders = new Map<string, net.Server>();
  /** Ports whose forwarder could not listen yet. */
  private readonly waiting = new Map<string, { readonly network: string; readonly port: number }>();
  private readonly networks = new Map<string, Promise<string>>();

  private constructor(
    readonly command: string,
    /** Tells this root folder's containers from another's. */
    readonly label: string,
  ) {}

  /** The engine that answers, or undefined. */
  static async find(label: string): Promise<ContainerEngine | undefined> {
    for (const name of ['docker', 'podman']) {
      const command = which(name);
      if (!command) continue;
      try {
        await execa(command, ['info'], { timeout: 10_000 });
        return new ContainerEngine(command, label);
      } catch {
        // installed, but no engine answers
      }
    }
    return undefined;
  }

  /**
   * Lets the engine use a registry on loopback without TLS. Docker trusts loopback anyway; Podman reads a file.
   */
  trust(registry: string, directory: string): void {
    if (!this.isPodman) return;
    const file = path.join(directory, 'registries.conf');
    fs.writeFileSync(
      file,
      `unqualified-search-registries = ["docker.io"]\n[[registry]]\nlocation = "${registry}"\ninsecure = true\n`,
    );
    this.environment.CONTAINERS_REGISTRIES_CONF = file;
  }

  private get isPodman(): boolean {
    return path.basename(this.command) === 'podman';
  }

  private call(args: readonly string[], options: execa.Options = {}): execa.ExecaChildProcess {
    return execa(this.command, args, { ...options, env: { ...this.environment, ...options.env, ...engineMark() } });
  }

  /** The folder's label, and the engine's: a watcher removes what is of its engine, the next run what is of the folder. */
  labels(): string[] {
    const { [ENGINE_MARK]: mark } = engineMark();
    return ['--label', `${LABEL}=${this.label}`, ...(mark ? ['--label', `${LABEL}.engine=${mark}`] : [])];
  }

  async version(): Promise<string> {
    // Podman has no server of its own unless it is remote.
    for (const part of ['Server', 'Client']) {
      const { stdout, exitCode } = await this.call(['version', '--format', `{{.${part}.Version}}`], {
        reject: false,
        timeout: 10_000,
      });
      if (exitCode === 0 && stdout.trim()) return stdout.trim();
    }
    return '';
  }

  async hasImage(image: string): Promise<boolean> {
    return (await this.call(['image', 'inspect', image], { reject: false })).exitCode === 0;
  }

  /** Pulls an image. @returns why not, or undefined when it is here. @throws the signal's reason when it is aborted */
  async pull(image: string, seconds: number, signal?: AbortSignal): Promise<string | undefined> {
    const { exitCode, stderr, timedOut } = await execute(this.command, ['pull', '--quiet', image], {
      reject: false,
      timeout: seconds * 1000,
      env: this.environment,
      ...(signal ? { signal } : {}),
    });
    if (exitCode === 0) return undefined;
    return timedOut ? `no answer within ${seconds} s` : (stderr.trim().split('\n').pop() ?? 'pull failed');
  }

  /** Starts a container. Loopback addresses of this machine are reached from inside as `host.docker.internal`, on the ports given to {@link reach}. */
  async run(options: ContainerOptions): Promise<RunningContainer> {
    const gateway = await this.network(options.network);
    const args = [
      'run',
      '--detach',
      '--name',
      options.name,
      ...this.labels(),
      '--network',
      options.network,
      '--network-alias',
      options.alias,
      '--add-host',
      `host.docker.internal:${gateway}`,
    ];
    if (options.init) args.push('--init');
    if (options.readOnly) args.push('--read-only');
    for (const mount of options.tmpfs ?? [])
      args.push('--tmpfs', `${mount.path}:${[...mount.options, `size=${mount.sizeMiB}m`].join(',')}`);
    if (options.memoryMiB) args.push('--memory', `${options.memoryMiB}m`);
    if (options.user) args.push('--user', options.user);
    for (const port of options.ports) args.push('--publish', `127.0.0.1::${port}`);
    for (const name of Object.keys(options.environment)) args.push('--env', name);
    const [entry, ...rest] = options.entryPoint ?? [];
    if (entry) args.push('--entrypoint', entry);
    args.push(options.image, ...rest, ...(options.command ?? []));
    let id: string;
    try {
      ({ stdout: id } = await this.call(args, { env: { ...options.environment }, timeout: 120_000 }));
    } catch (cause) {
      const said = (cause as execa.ExecaError).stderr.trim();
      // A pull tells its progress ahead of the error.
      const why = said.split('\n').filter((line) => /^(Error|docker): /.test(line));
      throw new SaiondoError(
        `cannot start a container of ${options.image}: ${why.length > 0 ? why.join('\n') : said}`,
        {
          code: registryUnreached(said) ? 'REGISTRY_UNREACHED' : 'CONTAINER_FAILED',
          cause,
          ...(/container-init binary not found/.test(said)
            ? { next: 'install what Podman runs as process 1: apt-get install catatonit' }
            : {}),
        },
      );
    }
    await this.reachWaiting(options.network);
    const ports = new Map<number, number>();
    for (const port of options.ports) {
      const { stdout } = await this.call(['port', id.trim(), `${port}/tcp`], { reject: false });
      const published = Number(/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
      if (published) ports.set(port, published);
    }
    return { id: id.trim(), ports };
  }

  /** Whether it runs; undefined for one that is gone. */
  async isRunning(id: string): Promise<boolean | undefined> {
    const { stdout, exitCode } = await this.call(['inspect', '--format', '{{.State.Running}}', id], {
      reject: false,
    });
    return exitCode === 0 ? stdout.trim() === 'true' : undefined;
  }

  /** Runs a command in a container. @returns whether it ended with 0 within the time */
  async succeeds(id: string, command: readonly string[], seconds: number): Promise<boolean> {
    const { exitCode } = await execa(this.command, ['exec', id, ...command], {
      reject: false,
      timeout: seconds * 1000,
    });
    return exitCode === 0;
  }

  async logs(id: string, lines: number): Promise<string> {
    const { all } = await this.call(['logs', '--tail', String(lines), id], { reject: false, all: true });
    return all ?? '';
  }

  /** Ends a container gracefully and removes it. */
  async remove(id: string, graceSeconds = 10): Promise<void> {
    await this.call(['stop', '--time', String(graceSeconds), id], {
      reject: false,
      timeout: (graceSeconds + 20) * 1000,
    });
    await this.call(['rm', '--force', id], { reject: false });
  }

  /** Removes every container and network of this root folder: a killed engine's too. */
  async removeAll(): Promise<void> {
    const filter = ['--filter', `label=${LABEL}=${this.label}`];
    const containers = (await this.call(['ps', '--all', '--quiet', ...filter], { reject: false })).stdout
      .split('\n')
      .filter(Boolean);
    if (containers.length > 0) {
      await this.call(['stop', '--time', '5', ...containers], { reject: false, timeout: 60_000 });
      await this.call(['rm', '--force', ...containers], { reject: false });
    }
    for (const server of this.forwarders.values()) server.close();
    this.forwarders.clear();
    this.waiting.clear();
    const networks = (await this.call(['network', 'ls', '--quiet', ...filter], { reject: false })).stdout
      .split('\n')
      .filter(Boolean);
    for (const network of networks) await this.call(['network', 'rm', network], { reject: false });
    this.networks.clear();
  }

  /** Lets containers of a network reach a loopback port of this machine: a forwarder listens on the network's own gateway address. */
  async reach(network: string, port: number): Promise<void> {
    const gateway = await this.network(network);
    const key = `${gateway}:${port}`;
    if (this.forwarders.has(key)) return;
    const server = net.createServer((inside) => {
      const outside = net.connect(port, '127.0.0.1');
      inside.pipe(outside).pipe(inside);
      inside.on('error', () => outside.destroy());
      outside.on('error', () => inside.destroy());
    });
    server.unref();
    // Podman gives the gateway its address with the network's first container: then it is tried again. Where the engine runs in a machine of
    // its own (Docker Desktop), the gateway is never an address here, and host.docker.internal is the host already.
    const listens = await new Promise<boolean>((done) => {
      server.once('error', () => done(false));
      server.listen(port, gateway, () => done(true));
    });
    if (listens) this.forwarders.set(key, server);
    else this.waiting.set(key, { network, port });
  }

  private async reachWaiting(network: string): Promise<void> {
    for (const [key, one] of this.waiting) {
      if (one.network !== network) continue;
      this.waiting.delete(key);
      await this.reach(one.network, one.port);
    }
  }

  /** Makes a bridge network once. @returns its gateway's address */
  private network(name: string): Promise<string> {
    const made = this.networks.get(name) ?? this.makeNetwork(name);
    this.networks.set(name, made);
    return made;
  }

  private async makeNetwork(name: string): Promise<string> {
    const inspect = async (): Promise<string> => {
      const { stdout, exitCode } = await this.call(['network', 'inspect', name], { reject: false });
      return exitCode === 0 ? gatewayOf(stdout) : '';
    };
    const found = await inspect();
    if (found) return found;
    await this.call(['network', 'create', ...this.labels(), name]);
    return (await inspect()) || 'host-gateway';
  }
}

/** The gateway of an inspected network, in Docker's form or in Podman's. */
function gatewayOf(inspected: string): string {
  const [network] = JSON.parse(inspected) as {
    readonly IPAM?: { readonly Config?: readonly { readonly Gateway?: string }[] };
    readonly subnets?: readonly { readonly gateway?: string }[];
  }[];
  return network?.IPAM?.Config?.[0]?.Gateway ?? network?.subnets?.[0]?.gateway ?? '';
}
