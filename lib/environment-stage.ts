import { Stage, type CfnOutput } from 'aws-cdk-lib';
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
  readonly data: DataStack;
  readonly web: WebStack;
  readonly contracts: ContractsStack;
  readonly apiUrl: CfnOutput;

  constructor(
    scope: Construct,
    id: string,
    readonly props: EnvironmentProps,
  ) {
    super(scope, id, { env: { account: props.environment.account, region: props.environment.region } });
    const { vpc } = new NetworkStack(this, 'Network', props);
    this.data = new DataStack(this, 'Data', { ...props, vpc });
    const services = new ServicesStack(this, 'Services', { ...props, vpc, data: this.data });
    this.apiUrl = services.apiUrl;
    this.web = new WebStack(this, 'Web', { ...props, apiHost: services.loadBalancer.loadBalancerDnsName });
    this.contracts = new ContractsStack(this, 'Contracts', props);
    new ObservabilityStack(this, 'Observability', props);
  }

  /** `saiondo-dev`: the prefix of the environment's physical names. */
  get prefix(): string {
    return this.data.prefix;
  }
}
