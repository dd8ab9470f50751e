import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ContractsStack } from './contracts-stack';
import { DataStack } from './data-stack';
import type { EnvironmentProps } from './environment-stack';
import { NetworkStack } from './network-stack';
import { ObservabilityStack } from './observability-stack';
import { ServicesStack } from './services-stack';
import { WebStack } from './web-stack';

/** Everything that dev and prod deploy: one class, all differences in `saiondo.yaml`. */
export class EnvironmentStage extends Stage {
  readonly network: NetworkStack;
  readonly data: DataStack;
  readonly services: ServicesStack;
  /** Not there where the application has no web app. */
  readonly web?: WebStack;
  /** Not there where the application has no contracts. */
  readonly contracts?: ContractsStack;

  constructor(
    scope: Construct,
    id: string,
    readonly props: EnvironmentProps,
  ) {
    super(scope, id, { env: { account: props.environment.account, region: props.environment.region } });
    this.network = new NetworkStack(this, 'Network', props);
    const { vpc, key } = this.network;
    this.data = new DataStack(this, 'Data', { ...props, vpc, key });
    const { components } = props.configuration;
    if (components.contracts) this.contracts = new ContractsStack(this, 'Contracts', { ...props, key });
    this.services = new ServicesStack(this, 'Services', { ...props, vpc, key, data: this.data });
    // A task that reads a contract's address starts only where there is one: the contracts are deployed first.
    const { api, llm } = props.environment.services;
    if (this.contracts && Object.keys({ ...api.contracts, ...llm.contracts }).length > 0)
      this.services.addStackDependency(this.contracts);
    if (components.web) this.web = new WebStack(this, 'Web', { ...props, key, services: this.services });
    new ObservabilityStack(this, 'Observability', { ...props, key });
  }

  /** `saiondo-dev`: the prefix of the environment's physical names. */
  get prefix(): string {
    return this.data.prefix;
  }
}
