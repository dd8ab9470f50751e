import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SaiondoError } from '../../model/errors';
import { engineMark } from './engine-mark';

/** A long-lived process of a rehearsal: a database, a server. It leads a process group of its own, so that all of it can be ended. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  /** Ends the whole group: SIGTERM, after `graceMilliseconds` SIGKILL. */
  stop(): Promise<void>;
}

/** How to start a {@link Service} and how to know that it is ready. */
export interface ServiceOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** All of it: nothing is inherited ({@link serviceEnvironment}). */
  readonly env: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** What it reads from its standard input: a secret stands in no argument and no variable, which other processes can read. */
  readonly input?: string;
  /** Where its output goes; shown when it does not get ready. */
  readonly log: string;
  /** Asked again and again until it says true. What it throws is why the service is not started. */
  readonly ready: () => Promise<boolean>;
  readonly timeoutSeconds: number;
  /** Default SIGTERM. PostgreSQL's fast shutdown is SIGINT. */
  readonly stopSignal?: NodeJS.Signals;
  readonly graceMilliseconds?: number;
  /** Aborted: the service is ended, and the wait for it. */
  readonly signal?: AbortSignal;
  /** Told of the process before it is ready: the engine that takes over from a killed one has to know of it. */
  readonly onSpawn?: (pid: number) => void;
}

/** Starts a service and waits until it is ready. @throws SaiondoError `SERVICE_NOT_READY` with the end of its log */
export async function startService(options: ServiceOptions): Promise<Service> {
  const log = fs.openSync(options.log, 'w', 0o600);
  const spawnOptions: SpawnOptions = {
    cwd: options.cwd,
    env: { ...options.env, ...engineMark() },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', log, log],
    detached: true,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
  };
  const child = spawn(options.command, [...options.args], spawnOptions);
  fs.closeSync(log);
  child.stdin?.on('error', () => undefined).end(options.input);
  let ended = false;
  let reason = '';
  const exit = new Promise<void>((done) => {
    child.once('error', (error) => ((ended = true), (reason = error.message), done()));
    child.once('exit', () => ((ended = true), done()));
  });
  const stop = (): Promise<void> =>
    endGroup(child, exit, () => ended, options.stopSignal ?? 'SIGTERM', options.graceMilliseconds ?? 5000);
  if (child.pid !== undefined) options.onSpawn?.(child.pid);
  const deadline = performance.now() + options.timeoutSeconds * 1000;
  try {
    while (!ended && performance.now() < deadline) {
      if (await options.ready()) return { name: options.name, pid: child.pid ?? 0, stop };
      await delay(50, undefined, options.signal ? { signal: options.signal } : {});
    }
  } catch (error) {
    await stop();
    options.signal?.throwIfAborted();
    throw error;
  }
  await stop();
  const tail = [reason, fs.readFileSync(options.log, 'utf8').trim().split('\n').slice(-10).join('\n')]
    .filter(Boolean)
    .join('\n');
  throw new SaiondoError(
    `${options.name} ${ended ? 'ended' : 'was not ready'} within ${options.timeoutSeconds} s:\n${tail}`,
    {
      code: 'SERVICE_NOT_READY',
      next: `its whole log: ${options.log}`,
    },
  );
}

async function endGroup(
  child: ChildProcess,
  exit: Promise<void>,
  ended: () => boolean,
  signal: NodeJS.Signals,
  grace: number,
): Promise<void> {
  if (ended() || child.pid === undefined) return;
  signalGroup(child.pid, signal);
  const timer = setTimeout(() => child.pid && signalGroup(child.pid, 'SIGKILL'), grace);
  await exit;
  clearTimeout(timer);
}

/** Sends a signal to a process group; a group that is gone already is not an error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A port of the loopback interface that is free now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = net.createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** Whether something accepts connections there. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return connects({ port, host, timeout: 500 });
}

/** Whether something accepts connections at a socket file. */
export function acceptsFile(file: string): Promise<boolean> {
  return connects({ path: file, timeout: 500 });
}

function connects(to: net.NetConnectOpts): Promise<boolean> {
  return new Promise((done) => {
    const socket = net.connect(to);
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
