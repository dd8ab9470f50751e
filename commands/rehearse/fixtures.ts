import * as path from 'node:path';
import { contractNames } from '../../config/contract-names';
import type { Configuration } from '../../config/load';
import type { Fixtures } from '../../engine/resources/fixtures';

/** What saiondo.yaml says stands in for the outside in a rehearsal: each environment's chain, and the deployer's key on it. */
export function fixturesOf(configuration: Configuration, root: string): Fixtures {
  const { chain } = configuration.rehearsal;
  const secrets = givenSecrets(configuration);
  if (!chain) return { processes: [], parameters: [], secrets };
  const environments = (['dev', 'prod'] as const).map((name) => {
    const { account, region } = configuration.environments[name];
    return { name, account, region, names: contractNames(configuration, name), process: `chain ${name}` };
  });
  return {
    processes: environments.map(({ account, region, process, names }) => ({
      name: process,
      directory: path.resolve(root, chain.directory),
      install: { command: chain.install, done: 'node_modules' },
      command: chain.command,
      // A chain begins empty: what the registry says is on it is not.
      forgets: [{ account, region, prefix: names.registryFolder }],
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
