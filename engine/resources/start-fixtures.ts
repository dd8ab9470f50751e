import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Emit } from '../../model/events';
import { accepts, freePort } from '../host/child';
import { execute } from '../host/execute';
import { nodePath, serviceEnvironment } from '../host/service-environment';
import type { Fixtures } from './fixtures';
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
  for (const fixture of fixtures.processes) {
    const { directory: cwd, install } = fixture;
    if (install && !fs.existsSync(path.join(cwd, install.done)))
      await execute('sh', ['-c', install.command], { cwd, env, extendEnv: false, ...until });
    const port = await freePort();
    ports.set(fixture.name, port);
    for (const { account, region, prefix } of fixture.forgets)
      values.forget((key) => key.startsWith(parameterKey(account, region, prefix)));
    await services.start({
      name: fixture.name,
      command: 'sh',
      args: ['-c', `exec ${fixture.command.replaceAll('{port}', String(port))}`],
      cwd,
      env,
      ...until,
      log: path.join(directory, `${fixture.name.replace(/[^A-Za-z0-9-]/g, '-')}.log`),
      ready: () => accepts(port),
      timeoutSeconds: 60,
    });
    await expose(port);
    emit({ kind: 'process.started', name: fixture.name, endpoint: `127.0.0.1:${port}` });
  }
  const filled = (value: string): string =>
    value.replace(/\{([^{}]+)\.port\}/g, (_all, name: string) => String(ports.get(name) ?? ''));
  for (const one of fixtures.parameters) values.set(parameterKey(one.account, one.region, one.name), filled(one.value));
  for (const one of fixtures.secrets) values.set(secretKey(one.account, one.region, one.name), filled(one.value));
}
