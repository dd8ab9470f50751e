import { SubnetType, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { EnvironmentConfiguration } from '../config/load';

/** Where the database and Redis stand: in isolated subnets, or in the private ones of a network that is there already and has no isolated ones. */
export function dataSubnets({ network }: EnvironmentConfiguration): SubnetSelection {
  const isolated = network.existing === undefined || network.existing.isolatedSubnets !== undefined;
  return { subnetType: isolated ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS };
}
