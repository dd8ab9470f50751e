import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InstanceClass,
  InstanceSize,
  InstanceType,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  MachineImage,
  AmazonLinuxCpuType,
  NatProvider,
  NatTrafficDirection,
  Peer,
  Port,
  SubnetType,
  Vpc,
  type IVpc,
  type NatInstanceProviderV2,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { makeEnvironmentKey } from './environment-key';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';
import { InlineResource } from './inline-resource';
import { makeLogGroup } from './logs';

/** The services that tasks, builds and the bastion reach without a way out of the network (Amazon ECS Developer Guide, "Amazon ECS interface VPC endpoints"). */
const ENDPOINTS: readonly [string, InterfaceVpcEndpointAwsService][] = [
  ['EcrApi', InterfaceVpcEndpointAwsService.ECR],
  ['EcrDocker', InterfaceVpcEndpointAwsService.ECR_DOCKER],
  ['Logs', InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS],
  ['SecretsManager', InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
  ['Ssm', InterfaceVpcEndpointAwsService.SSM],
  ['SsmMessages', InterfaceVpcEndpointAwsService.SSM_MESSAGES],
  ['Rds', InterfaceVpcEndpointAwsService.RDS],
  ['Sts', InterfaceVpcEndpointAwsService.STS],
];

/** The environment's key, and its network: public, private and isolated subnets, a way out, flow logs; or a network that is there already. */
export class NetworkStack extends EnvironmentStack {
  readonly vpc: IVpc;
  readonly key: Key;

  constructor(scope: Construct, id: string, props: EnvironmentProps) {
    super(scope, id, props);
    this.key = makeEnvironmentKey(this);
    const { existing } = props.environment.network;
    this.vpc = existing
      ? Vpc.fromVpcAttributes(this, 'Vpc', {
          vpcId: existing.vpcId,
          availabilityZones: this.availabilityZones,
          publicSubnetIds: existing.publicSubnets,
          privateSubnetIds: existing.privateSubnets,
          ...(existing.isolatedSubnets ? { isolatedSubnetIds: existing.isolatedSubnets } : {}),
        })
      : this.makeVpc();
  }

  private makeVpc(): Vpc {
    const { network } = this.props.environment;
    const cidr = network.cidr ?? '';
    const bits = Number(cidr.split('/')[1]);
    const nat = network.egress === 'instance' ? this.natInstance() : undefined;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      availabilityZones: this.availabilityZones,
      natGateways: nat ? 1 : network.natGateways,
      ...(nat ? { natGatewayProvider: nat } : {}),
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: bits + 6, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: bits + 4 },
        { name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: bits + 6 },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        cloudwatch: {
          destination: FlowLogDestination.toCloudWatchLogs(
            makeLogGroup(this, 'FlowLogs', this.props.environment, this.key),
          ),
          trafficType: FlowLogTrafficType.REJECT,
        },
      },
    });
    acknowledge(vpc, {
      'CloudFormation-Validate::W3010':
        'zones are named, so that synth needs no look-up in the account and a subnet never moves to another zone',
    });
    if (nat) this.openNat(nat, cidr);
    if (network.egress === 'endpoints') {
      for (const [name, service] of ENDPOINTS) {
        vpc.addInterfaceEndpoint(name, { service, subnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS } });
      }
    }
    this.closeDefaultGroup(vpc);
    return vpc;
  }

  /** One small instance instead of a gateway: about a tenth of the price, and no way out while it is replaced. */
  private natInstance(): NatInstanceProviderV2 {
    return NatProvider.instanceV2({
      instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
      machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
      associatePublicIpAddress: true,
      defaultAllowedTraffic: NatTrafficDirection.OUTBOUND_ONLY,
    });
  }

  private openNat(nat: NatInstanceProviderV2, cidr: string): void {
    nat.securityGroup.addIngressRule(Peer.ipv4(cidr), Port.allTraffic(), 'what the network sends out');
    for (const instance of nat.gatewayInstances) {
      instance.instance.monitoring = true;
      instance.instance.blockDeviceMappings = [
        {
          deviceName: '/dev/xvda',
          ebs: { encrypted: true, volumeType: 'gp3', volumeSize: 8, deleteOnTermination: true },
        },
      ];
      acknowledge(instance, {
        'AwsSolutions-EC29': 'the instance holds nothing: a lost one is replaced by the next deployment',
      });
    }
  }

  /** CIS AWS Foundations Benchmark: the default security group lets nothing in and nothing out. */
  private closeDefaultGroup(vpc: Vpc): void {
    const { account, region } = this.props.environment;
    const groupArn = `arn:${this.partition}:ec2:${region}:${account}:security-group/${vpc.vpcDefaultSecurityGroup}`;
    const closed = new InlineResource(this, 'CloseDefaultGroup', {
      function: 'close-security-group',
      target: vpc.vpcDefaultSecurityGroup,
      environment: this.props.environment,
      key: this.key,
      statements: [
        new PolicyStatement({ actions: ['ec2:DescribeSecurityGroupRules'], resources: ['*'] }),
        new PolicyStatement({
          actions: ['ec2:RevokeSecurityGroupIngress', 'ec2:RevokeSecurityGroupEgress'],
          resources: [groupArn],
        }),
      ],
    });
    acknowledge(closed.role, {
      'AwsSolutions-IAM5[Resource::*]':
        'ec2:DescribeSecurityGroupRules takes no narrower resource; the rules of one group are all that it may revoke',
    });
  }
}
