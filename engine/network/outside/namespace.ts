import { spawn, type ChildProcess } from 'node:child_process';
import type * as dgram from 'node:dgram';
import * as net from 'node:net';
import * as path from 'node:path';
import execa from 'execa';
import { ownScript } from '../../bounded/own-script';
import type { ListenAnswer, ListenRequest } from './agent';

/** Where the builds' side of the link ends, and where everything that they ask goes (RFC 2544: addresses for benchmarks, routed nowhere). */
const INSIDE = '198.18.0.2';
export const GATEWAY = '198.18.0.1';

/** Seconds in which a namespace has to be there. */
const PATIENCE = 10;

/** A network namespace with a process of ours in it that listens there for us. */
export class Namespace {
  private readonly waiting = new Map<number, { done: (handle: unknown) => void; fail: (error: Error) => void }>();
  private count = 0;

  private constructor(
    private readonly child: ChildProcess,
    /** Ahead of a program: starts it in this namespace. */
    readonly enter: readonly string[],
  ) {
    child.on('message', (message, handle) => this.hear(message as ListenAnswer | 'ready', handle));
    child.once('exit', () => this.fail(new Error('the process in the network namespace has ended')));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @param within another namespace whose owner is to own this one too */
  static async make(within?: Namespace): Promise<Namespace> {
    const root = process.getuid?.() === 0;
    const unshare = root || within ? ['unshare', '--net'] : ['unshare', '--user', '--map-root-user', '--net'];
    const owner = within && !root ? ['nsenter', '-t', String(within.pid), '-U', '--preserve-credentials', '--'] : [];
    const { execArgv, file } = ownScript(path.join(__dirname, 'agent'));
    const [command = '', ...args] = [...owner, ...unshare, '--', process.execPath, ...execArgv, file];
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: bareEnvironment() });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2000)));
    await new Promise<void>((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no network namespace within ${PATIENCE} s`)), PATIENCE * 1000);
      child.once('message', () => (clearTimeout(timer), done()));
      child.once('error', fail);
      child.once('exit', () => fail(new Error(said.trim() || 'unshare ended')));
    });
    const enter = [
      'nsenter',
      '-t',
      String(child.pid),
      ...(root ? ['-n'] : ['-U', '-n', '--preserve-credentials']),
      '--',
    ];
    return new Namespace(child, enter);
  }

  /** Runs commands of iproute2 inside. */
  async ip(...lines: readonly string[]): Promise<void> {
    const [command = '', ...args] = [...this.enter, 'ip', '-batch', '-'];
    await execa(command, args, { input: lines.join('\n'), env: bareEnvironment(), extendEnv: false });
  }

  listenTcp(host: string, port: number): Promise<net.Server> {
    return this.listen({ kind: 'tcp', host, port }) as Promise<net.Server>;
  }

  listenUdp(host: string, port: number): Promise<dgram.Socket> {
    return this.listen({ kind: 'udp', host, port }) as Promise<dgram.Socket>;
  }

  close(): void {
    this.child.kill('SIGKILL');
  }

  private listen(request: Omit<ListenRequest, 'id'>): Promise<unknown> {
    const id = ++this.count;
    return new Promise((done, fail) => {
      this.waiting.set(id, { done, fail });
      this.child.send({ ...request, id }, (error) => error && fail(error));
    });
  }

  private hear(message: ListenAnswer | 'ready', handle: unknown): void {
    if (message === 'ready') return;
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error !== undefined) waiting?.fail(new Error(message.error));
    else waiting?.done(handle);
  }

  private fail(error: Error): void {
    for (const one of this.waiting.values()) one.fail(error);
    this.waiting.clear();
  }
}

/**
 * Two namespaces and a link between them: the builds', which has no other way out, and the one where whatever they ask is taken. A port that is taken
 * there is free for a build.
 */
export async function makeNamespaces(): Promise<{ builds: Namespace; edge: Namespace }> {
  const builds = await Namespace.make();
  try {
    const edge = await Namespace.make(builds);
    try {
      await builds.ip(
        'link set lo up',
        `link add va type veth peer name vb netns ${edge.pid}`,
        `addr add ${INSIDE}/30 dev va`,
        'link set va up',
        `route add default via ${GATEWAY}`,
      );
      // In the main table, so that the link's own network goes ahead of it: every other address is this namespace's.
      await edge.ip(
        'link set lo up',
        `addr add ${GATEWAY}/30 dev vb`,
        'link set vb up',
        'route add local default dev lo table main',
      );
    } catch (error) {
      edge.close();
      throw error;
    }
    return { builds, edge };
  } catch (error) {
    builds.close();
    throw error;
  }
}

/** What unshare, nsenter and ip need, and nothing of the person's. */
function bareEnvironment(): Record<string, string> {
  return { PATH: `${process.env.PATH ?? ''}${path.delimiter}/usr/sbin${path.delimiter}/sbin` };
}
