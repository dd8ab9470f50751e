import { fork, type ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { SandboxMount } from '../ports/isolation';
import { ownScript } from '../bounded/own-script';
import type { NetworkKind, NetworkRefusal, RunNetwork } from '../ports/network';
import { writeResolution } from './network-files';
import type { Gateway, Started, ToOutside } from './messages';
import { namedInSettings } from './person-settings';
import { writePreloads } from './preloads';
import { trustVariables, writeBundle } from './trust';

/** How a network is opened. */
export interface NetworkOptions {
  /** A folder of its own, for what builds get to see of it: certificates and name resolution, nothing secret. */
  readonly directory: string;
  /** Whether builds can be started in a namespace, with files mounted over the system's. */
  readonly namespace: boolean;
}

/** A message without the number that its answer has. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

type FromOutside =
  | { readonly kind: 'done'; readonly id: number; readonly result?: Started }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }
  | { readonly kind: 'refused'; readonly refusal: NetworkRefusal };

/**
 * Opens the network that the foreign processes of a run live in: its process outside, its namespaces, its certificate authority.
 * @throws SaiondoError `NETWORK_FAILED`
 */
export async function openNetwork(options: NetworkOptions): Promise<OpenNetwork> {
  fs.rmSync(options.directory, { recursive: true, force: true });
  fs.mkdirSync(options.directory, { recursive: true, mode: 0o755 });
  const outside = new OutsideProcess();
  try {
    const settings = namedInSettings(process.env);
    const { addresses } = settings;
    const started = (await outside.ask({ kind: 'start', namespace: options.namespace, addresses })) as Started;
    const network = new OpenNetwork(outside, options.directory, started);
    await Promise.all(settings.ports.map((port) => network.expose(port)));
    return network;
  } catch (error) {
    await outside.end();
    throw error;
  }
}

/** A network that is open. */
export class OpenNetwork implements RunNetwork {
  readonly kind: NetworkKind;
  readonly limit?: string;
  readonly enter: readonly string[];
  readonly files: readonly SandboxMount[];
  readonly environment: Readonly<Record<string, string>>;

  constructor(
    private readonly outside: OutsideProcess,
    directory: string,
    started: Started,
  ) {
    const bundle = writeBundle(directory, started.authority, process.env);
    this.enter = started.enter ?? [];
    if (started.enter) {
      this.kind = 'namespace';
      this.files = [...bundle.files, ...writeResolution(directory, started.nameserver)];
      this.environment = { ...trustVariables(bundle.files[0]?.to ?? bundle.file), ...DIRECT };
      return;
    }
    const { proxyPort = 0, leadPort = 0, why } = started;
    this.kind = 'proxy';
    this.limit = `builds are kept from AWS by a proxy only${why ? ` (${why})` : ''}: a tool that takes neither HTTPS_PROXY nor AWS_ENDPOINT_URL, nor runs in Node.js or Python, could reach it`;
    this.files = [];
    this.environment = {
      ...trustVariables(bundle.file),
      ...proxyVariables(`http://127.0.0.1:${proxyPort}`),
      ...writePreloads(directory, leadPort),
    };
  }

  async expose(port: number): Promise<void> {
    await this.outside.ask({ kind: 'expose', port });
  }

  async conceal(port: number): Promise<void> {
    await this.outside.ask({ kind: 'conceal', port });
  }

  /** Says where the rehearsal's AWS listens, and lets builds reach it there too. */
  async leadTo(gateway: Gateway): Promise<void> {
    await this.outside.ask({ kind: 'gateway', gateway });
    await this.expose(Number(new URL(gateway.url).port));
  }

  onRefusal(listener: (refusal: NetworkRefusal) => void): () => void {
    return this.outside.onRefusal(listener);
  }

  async close(): Promise<void> {
    await this.outside.end();
  }
}

/** In a namespace nothing needs a proxy: the person's, with its credentials, is used outside. */
const DIRECT: Readonly<Record<string, string>> = proxyVariables('');

function proxyVariables(url: string): Record<string, string> {
  const own = '127.0.0.1,localhost,::1';
  return {
    ...Object.fromEntries(['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].map((name) => [name, url])),
    no_proxy: own,
    NO_PROXY: own,
  };
}

/** The process outside, and what is asked of it. */
class OutsideProcess {
  private readonly child: ChildProcess;
  private readonly listeners = new Set<(refusal: NetworkRefusal) => void>();
  private readonly waiting = new Map<number, { done: (result?: Started) => void; fail: (error: Error) => void }>();
  private count = 0;
  private said = '';

  constructor() {
    const { execArgv, file } = ownScript(path.join(__dirname, 'outside', 'main'));
    this.child = fork(file, [], {
      execArgv: [...execArgv],
      // Names are looked up on threads: many at once.
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.said = `${this.said}${chunk.toString('utf8')}`.slice(-4000)),
    );
    this.child.on('message', (message) => this.hear(message as FromOutside));
    this.child.once('exit', () =>
      this.fail(`the process that holds the builds’ network has ended: ${this.said.trim()}`),
    );
    this.child.once('error', (error) => this.fail(error.message));
  }

  ask(message: Unnumbered<ToOutside>): Promise<Started | undefined> {
    const id = ++this.count;
    return new Promise((done, fail) => {
      const failed = (error: Error): void =>
        fail(new SaiondoError(`the network of the builds: ${error.message}`, { code: 'NETWORK_FAILED', cause: error }));
      this.waiting.set(id, { done, fail: failed });
      if (!this.child.connected) return failed(new Error('its process has ended'));
      this.child.send({ ...message, id }, (error) => error && failed(error));
    });
  }

  onRefusal(listener: (refusal: NetworkRefusal) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = new Promise((done) => this.child.once('exit', done));
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 2000);
    await exit;
    clearTimeout(timer);
  }

  private hear(message: FromOutside): void {
    if (message.kind === 'refused') {
      for (const listener of this.listeners) listener(message.refusal);
      return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'failed') waiting?.fail(new Error(message.error));
    else waiting?.done(message.result);
  }

  private fail(text: string): void {
    for (const one of this.waiting.values()) one.fail(new Error(text));
    this.waiting.clear();
  }
}
