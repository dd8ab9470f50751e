import { BuildEnvironmentVariableType } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { contractNames } from '../config/contract-names';
import { isMainNetwork } from '../config/contracts.schema';
import { readBuildspec } from './buildspec';
import { DeliveryProject, plainVariables } from './delivery-project';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';

/**
 * The project that deploys the contracts where they changed and compares what is on chain, always. The chain's address and the deployer's
 * key are put in place by a person (README, "Deploy it to AWS"): no template holds them.
 */
export class ContractsStack extends EnvironmentStack {
  constructor(scope: Construct, id: string, props: EnvironmentProps & { readonly key: IKey }) {
    super(scope, id, props);
    const { account, region, contracts: target } = props.environment;
    const { contracts } = props.configuration.components;
    const build = props.builds.contracts;
    if (!contracts || !build || !target) throw new Error('only made where the application has contracts');
    const names = contractNames(props.configuration, props.name);
    const registry = Object.fromEntries(
      Object.entries(contracts.contracts).map(([name, more]) => [
        name,
        { parameter: names.registryParameter(name), ...more },
      ]),
    );
    const { explorer } = target;
    const deploy = new DeliveryProject(this, 'Deploy', {
      task: 'contracts',
      buildSpec: readBuildspec('contracts', {
        runtimes: build.runtimes,
        known: 'chain',
      }),
      key: props.key,
      environmentVariables: {
        ...plainVariables(contracts.buildEnvironment),
        COMPONENT_DIR: { value: contracts.directory },
        NETWORK: { value: target.network },
        MAIN_NETWORK: { value: isMainNetwork(target.network) ? 'yes' : 'no' },
        CONTRACTS: { value: JSON.stringify(registry) },
        DEPLOY_COMMAND: { value: contracts.deploy },
        ...(contracts.compiler === 'npm' ? { COMPILER: { value: 'npm' } } : {}),
        CHAIN_RPC_URL: { type: BuildEnvironmentVariableType.PARAMETER_STORE, value: names.chainParameter },
        DEPLOYER_PRIVATE_KEY: {
          type: BuildEnvironmentVariableType.SECRETS_MANAGER,
          value: `${names.deployerSecret}:privateKey`,
        },
        ...(explorer
          ? {
              ETHERSCAN_KEY: {
                type: BuildEnvironmentVariableType.SECRETS_MANAGER,
                value: `${names.deployerSecret}:explorerKey`,
              },
            }
          : {}),
      },
    });
    // That it may read the deployer's key and the chain's address its variables have granted it.
    deploy.project.addToRolePolicy(
      new PolicyStatement({
        actions: ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter'],
        resources: Object.values(registry).flatMap(({ parameter }) =>
          [parameter, `${parameter}/address`].map((name) => `arn:aws:ssm:${region}:${account}:parameter${name}`),
        ),
      }),
    );
  }
}
