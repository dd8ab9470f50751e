import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Emit } from '../../model/events';
import type { Layout } from '../../model/layout';
import { removeTree } from '../files/remove-tree';
import { namedFiles, npmAddresses } from '../isolation/machine-variables';
import { openIsolation } from '../isolation/open-isolation';
import { NO_ISOLATION } from '../isolation/plain';
import { openNetwork, type OpenNetwork } from '../network/open-network';
import type { Isolation, IsolationKind } from '../ports/isolation';
import { sayRefusal } from '../ports/network';

/** What the sandboxes of a run are opened with. */
export interface SandboxesOptions {
  readonly layout: Layout;
  readonly emit: Emit;
  /** How builds are kept apart; without it the best that this machine has. */
  readonly isolation?: IsolationKind;
}

/** What the foreign code of a run lives in: how it is kept apart, its network, its package caches. Opened before any of it starts. */
export class Sandboxes {
  isolation: Isolation = NO_ISOLATION;
  network?: OpenNetwork;

  constructor(private readonly options: SandboxesOptions) {}

  /** The variables of what the engine itself installs: the person's registries, and a cache that is not theirs and outlives the run. */
  ownPackages(): Record<string, string> {
    const cache = path.join(this.options.layout.tools(), 'npm');
    return { npm_config_cache: cache, ...this.registries };
  }

  /** The variables of every build that lead to the caches and through the network. */
  get environment(): Record<string, string> {
    const packages = this.packages();
    return {
      npm_config_cache: path.join(packages, 'npm'),
      PIP_CACHE_DIR: path.join(packages, 'pip'),
      ...this.registries,
      ...this.network?.environment,
    };
  }

  private get registries(): Record<string, string> {
    return fs.existsSync(this.npmrc()) ? { NPM_CONFIG_GLOBALCONFIG: this.npmrc() } : {};
  }

  /** @throws SaiondoError where this machine has not what was asked for */
  async open(): Promise<void> {
    const { layout, isolation, emit } = this.options;
    await removeTree(this.packages());
    for (const name of ['npm', 'pip']) fs.mkdirSync(path.join(this.packages(), name), { recursive: true, mode: 0o755 });
    const registries = npmAddresses(os.homedir());
    fs.rmSync(this.npmrc(), { force: true });
    if (registries !== undefined) fs.writeFileSync(this.npmrc(), registries, { mode: 0o644 });
    await this.openNetwork(isolation === undefined || isolation === 'namespaces');
    this.isolation = await openIsolation({
      directory: this.isolationFolder(),
      ...(isolation ? { wanted: isolation } : {}),
      hidden: [path.resolve(layout.root), process.cwd()],
      // The run's authorities go over the system's bundle, which a person's variables may name too.
      reads: [layout.tools(), path.join(layout.local(), 'bin'), this.npmrc(), ...namedFiles(process.env)]
        .map((one) => path.resolve(one))
        .filter((one) => !this.network?.files.some(({ to }) => to === one || to.startsWith(`${one}/`))),
      writes: [path.resolve(this.packages())],
      ...(this.network ? { network: this.network } : {}),
    });
    // A namespace's own resolver and authorities are files that only a sandbox of namespaces can mount.
    if (this.isolation.kind !== 'namespaces' && this.network?.kind === 'namespace') await this.openNetwork(false);
    if (this.network?.limit) emit({ kind: 'message', level: 'limit', text: this.network.limit });
    if (this.isolation.limit !== undefined)
      emit({ kind: 'message', level: 'warning', text: `not kept apart: ${this.isolation.limit}` });
  }

  /** Opens the network that builds live in. */
  private async openNetwork(namespace: boolean): Promise<void> {
    const { layout, emit } = this.options;
    await this.network?.close();
    this.network = await openNetwork({ directory: path.resolve(layout.local(), 'network'), namespace });
    const told = new Set<string>();
    this.network.onRefusal((refusal) => {
      const text = `${refusal.buildId ? `${refusal.buildId.split(':')[0]}: ` : ''}${sayRefusal(refusal)}`;
      if (told.has(text)) return;
      told.add(text);
      emit({ kind: 'message', level: 'warning', text });
    });
  }

  /** Lets builds reach a loopback port of the rehearsal's. */
  async expose(port: number): Promise<void> {
    await this.network?.expose(port);
  }

  async close(): Promise<void> {
    await this.network?.close();
    await removeTree(this.packages());
    await removeTree(this.isolationFolder());
  }

  /** Where this run's builds keep what they downloaded of packages: never a person's own cache, and empty when a run starts. */
  private packages(): string {
    return path.join(this.options.layout.local(), 'packages');
  }

  /** The addresses of this person's npm registries, where there are any. */
  private npmrc(): string {
    return path.join(this.options.layout.local(), 'npmrc');
  }

  private isolationFolder(): string {
    return path.join(this.options.layout.local(), 'isolation');
  }
}
