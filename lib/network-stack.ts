import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';

/** The network: public, private and isolated subnets, NAT, flow logs. dev has two zones and one NAT, prod three of each, unless configured. */
export class NetworkStack extends EnvironmentStack {
  readonly vpc: Vpc;

  constructor(scope: Construct, id: string, props: EnvironmentProps) {
    super(scope, id, props);
    const { network, protected: isProtected } = props.environment;
    const zones = network.availabilityZones ?? (isProtected ? 3 : 2);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(network.cidr),
      availabilityZones: this.availabilityZones.slice(0, zones),
      natGateways: network.natGateways ?? (isProtected ? zones : 1),
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        cloudwatch: {
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'FlowLogs', {
              retention: RetentionDays.ONE_MONTH,
              removalPolicy: RemovalPolicy.DESTROY,
            }),
          ),
          trafficType: FlowLogTrafficType.REJECT,
        },
      },
    });
    acknowledge(this.vpc, {
      'CloudFormation-Validate::W3010':
        'zones are named, so that synth needs no look-up in the account and a subnet never moves to another zone',
    });
  }
}
