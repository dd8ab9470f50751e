import type { Configuration } from './saiondo.schema';

/** Where an environment keeps what its contracts' deployment needs. */
export interface ContractNames {
  /** SSM parameter: the JSON-RPC address of the chain. */
  readonly chainParameter: string;
  /** Secret: JSON with `privateKey` and, where the explorer is asked, `explorerKey`. */
  readonly deployerSecret: string;
  /** The folder of the SSM parameters that say what is on chain, per network. */
  readonly registryFolder: string;
  /** SSM parameter of a contract: fingerprint and address of what is on chain. Below it, `/address` holds the address alone. */
  readonly registryParameter: (contract: string) => string;
}

/** The names, agreed between the template, the person who puts the values in place and the rehearsal. */
export function contractNames(configuration: Configuration, environment: 'dev' | 'prod'): ContractNames {
  const { project, environments } = configuration;
  const { network = 'none' } = environments[environment].contracts ?? {};
  const registryFolder = `/${project}/${environment}/contracts/${network}`;
  return {
    chainParameter: `/${project}/${environment}/chain-rpc-url`,
    deployerSecret: `${project}/${environment}/deployer`,
    registryFolder,
    // SSM takes letters, digits and .-_ in a name: a source's path is left away.
    registryParameter: (contract) => `${registryFolder}/${contract.replace(/^.*:/, '')}`,
  };
}
