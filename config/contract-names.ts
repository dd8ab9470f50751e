import type { Configuration } from './saiondo.schema';

/** Where an environment keeps what its contracts' deployment needs. */
export interface ContractNames {
  /** SSM parameter: the JSON-RPC address of the chain. */
  readonly chainParameter: string;
  /** Secret: JSON with `privateKey` and, where the explorer is asked, `explorerKey`. */
  readonly deployerSecret: string;
  /** SSM parameter: fingerprint and address of what is on chain, per network. */
  readonly registryParameter: string;
}

/** The names, agreed between the template, the person who puts the values in place and the rehearsal. */
export function contractNames(configuration: Configuration, environment: 'dev' | 'prod'): ContractNames {
  const { project, environments } = configuration;
  return {
    chainParameter: `/${project}/${environment}/chain-rpc-url`,
    deployerSecret: `${project}/${environment}/deployer`,
    registryParameter: `/${project}/${environment}/contracts/${environments[environment].contracts.network}/SAIONDO`,
  };
}
