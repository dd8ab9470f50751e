import * as path from 'node:path';
import { contractNames } from '../../config/contract-names';
import type { Configuration } from '../../config/load';
import type { Fixtures } from '../../engine/fixtures/fixtures';

/** What saiondo.yaml says stands in for the outside in a rehearsal: each environment's chain, and the deployer's key on it. */
export function fixturesOf(configuration: Configuration, root: string): Fixtures {
  const { chain } = configuration.rehearsal;
  const secrets = givenSecrets(configuration);
  // An application without contracts has no chain.
  const databases = existingDatabases(configuration);
  if (!chain || !configuration.components.contracts) return { processes: [], parameters: [], secrets, databases };
  const environments = (['dev', 'prod'] as const).map((name) => {
    const { account, region } = configuration.environments[name];
    return { name, account, region, names: contractNames(configuration, name), process: `chain ${name}` };
  });
  return {
    databases,
    processes: environments.map(({ account, region, process, names }) => ({
      name: process,
      directory: path.resolve(root, chain.directory),
      install: { command: chain.install, done: 'node_modules' },
      command: chain.command,
      tells: [{ account, region, prefix: names.registryFolder, isThere: hasCode }],
    })),
    parameters: environments.map(({ account, region, names, process }) => ({
      account,
      region,
      name: names.chainParameter,
      value: `http://127.0.0.1:{${process}.port}`,
    })),
    secrets: [
      ...secrets,
      ...environments.map(({ account, region, names }) => ({
        account,
        region,
        name: names.deployerSecret,
        value: JSON.stringify({ privateKey: chain.deployerKey }),
      })),
    ],
  };
}

/** Whether a chain has code at the address that the registry names (`FINGERPRINT ADDRESS`, or the address alone). */
async function hasCode(registered: string, port: number): Promise<boolean> {
  const address = registered.split(' ').at(-1);
  const answer = await fetch(`http://127.0.0.1:${port}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getCode', params: [address, 'latest'] }),
    signal: AbortSignal.timeout(10_000),
  });
  const { result } = (await answer.json()) as { readonly result?: string };
  return result !== undefined && result !== '0x';
}

/** The databases that environments take as they are: a local one stands in for each. */
function existingDatabases({ environments }: Configuration): NonNullable<Fixtures['databases']> {
  return Object.values(environments).flatMap(({ account, region, database: { existing } }) =>
    existing
      ? [
          {
            account,
            region,
            host: existing.host,
            port: existing.port,
            database: existing.name,
            // Of a complete ARN the name, without the six characters that Secrets Manager adds.
            secret: existing.secret.startsWith('arn:')
              ? (existing.secret.split(':')[6] ?? '').replace(/-[A-Za-z0-9]{6}$/, '')
              : existing.secret,
          },
        ]
      : [],
  );
}

/** The secrets of `rehearsal.secrets`, in every account: their names say whose they are. */
function givenSecrets({ rehearsal, environments, pipeline }: Configuration): Fixtures['secrets'] {
  return [pipeline, environments.dev, environments.prod].flatMap(({ account, region }) =>
    Object.entries(rehearsal.secrets).map(([name, value]) => ({
      account,
      region,
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    })),
  );
}
