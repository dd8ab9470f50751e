import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Emit } from '../../model/events';
import { accepts, freePort } from '../host/child';
import { execute } from '../host/execute';
import { makePrivateFolder } from '../files/write-atomically';
import { nodePath, serviceEnvironment } from '../host/service-environment';
import type { FixtureProcess, Fixtures } from './fixtures';
import type { ServiceRegistry } from '../host/service-registry';
import { parameterKey, secretKey, type Values } from '../endpoint/values';

/** What fixtures are started with. */
export interface FixtureHost {
  readonly values: Values;
  readonly services: ServiceRegistry;
  /** Where the processes' logs lie. */
  readonly directory: string;
  readonly emit: Emit;
  /** Variables of this machine that lead to the network, its package registries and a package cache of the rehearsal's own; nothing of the person. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Lets builds reach a loopback port. */
  readonly expose: (port: number) => Promise<void>;
}

/** Starts the processes of the fixtures, and puts their parameters and secrets among the kept values, with the ports filled in. */
export async function startFixtures(
  fixtures: Fixtures,
  { values, services, directory, emit, environment, signal, expose }: FixtureHost,
): Promise<void> {
  const ports = new Map<string, number>();
  const env = serviceEnvironment({ ...environment, HOME: directory, PATH: nodePath() });
  const until = signal ? { signal } : {};
  for (const { directory: cwd, install } of fixtures.processes)
    // One after the other: two may share a folder.
    if (install && !fs.existsSync(path.join(cwd, install.done)))
      await execute('sh', ['-c', install.command], { cwd, env, extendEnv: false, ...until });
  const start = async ({ name, command, directory: cwd, tells }: FixtureProcess): Promise<void> => {
    const port = await freePort();
    ports.set(name, port);
    const ownName = name.replace(/[^A-Za-z0-9-]/g, '-');
    const data = path.join(directory, 'fixtures', ownName);
    if (command.includes('{data}')) makePrivateFolder(data);
    const filled = command.replaceAll('{port}', String(port)).replaceAll('{data}', () => quoted(data));
    await services.start({
      name,
      command: 'sh',
      args: ['-c', `exec ${filled}`],
      cwd,
      env,
      ...until,
      log: path.join(directory, `${ownName}.log`),
      ready: () => accepts(port),
      timeoutSeconds: 60,
    });
    await forgetWhatIsGone(values, tells, port);
    await expose(port);
    emit({ kind: 'process.started', name, endpoint: `127.0.0.1:${port}` });
  };
  const started = await Promise.allSettled(fixtures.processes.map(start));
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  const filled = (value: string): string =>
    value.replace(/\{([^{}]+)\.port\}/g, (_all, name: string) => String(ports.get(name) ?? ''));
  for (const one of fixtures.parameters) values.set(parameterKey(one.account, one.region, one.name), filled(one.value));
  for (const one of fixtures.secrets) values.set(secretKey(one.account, one.region, one.name), filled(one.value));
}

/** Forgets the parameters that tell of what a server does not have: it may have begun anew, or have lost what it had. */
async function forgetWhatIsGone(values: Values, tells: FixtureProcess['tells'], port: number): Promise<void> {
  for (const { account, region, prefix, isThere } of tells) {
    const told = values.entries().filter(([key]) => key.startsWith(parameterKey(account, region, prefix)));
    const there = await Promise.all(told.map(([, value]) => isThere(value, port).catch(() => false)));
    const gone = new Set(told.flatMap(([key], at) => (there[at] ? [] : [key])));
    if (gone.size > 0) values.forget((key) => gone.has(key));
  }
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
