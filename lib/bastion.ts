import { CfnOutput } from 'aws-cdk-lib';
import {
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  Instance,
  InstanceClass,
  InstanceSize,
  InstanceType,
  MachineImage,
  SubnetType,
  type IVpc,
  type SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { acknowledge, wildcard } from './acknowledge';
import type { DatabaseAccess } from './database';
import type { EnvironmentStack } from './environment-stack';

/** The channels of Session Manager's agent (Systems Manager User Guide, "Create a custom IAM role for Session Manager"). None takes a narrower resource. */
const CHANNELS = [
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/**
 * A host that a person's database client is forwarded through. Session Manager alone reaches it: no key pair, no open port, no public address.
 * The output `PortForward` is the command to type.
 */
export function makeBastion(
  stack: EnvironmentStack,
  props: { readonly vpc: IVpc; readonly clients: SecurityGroup; readonly database: DatabaseAccess },
): Instance {
  const role = new Role(stack, 'BastionRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: CHANNELS, resources: ['*'] }));
  // The agent's registration: of instances of this account; by this one's id the role and the instance would wait for each other.
  const { partition, region, account } = stack;
  const instances = `arn:${partition}:ec2:${region}:${account}:instance/*`;
  role.addToPolicy(new PolicyStatement({ actions: ['ssm:UpdateInstanceInformation'], resources: [instances] }));
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::*]': 'the channels of Session Manager take no narrower resource',
    [wildcard(stack, instances)]:
      'the agent tells Systems Manager of the instance it runs on, whose id is known only after its role is there',
  });
  const instance = new Instance(stack, 'Bastion', {
    instanceName: `${stack.prefix}-bastion`,
    vpc: props.vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
    machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
    securityGroup: props.clients,
    role,
    requireImdsv2: true,
    detailedMonitoring: true,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: BlockDeviceVolume.ebs(8, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
      },
    ],
  });
  acknowledge(instance, {
    'AwsSolutions-EC29': 'the bastion holds nothing: a lost one is replaced by the next deployment',
    'CloudFormation-Validate::W3010':
      'the zone is that of its subnet, which is named so that synth needs no look-up in the account',
  });
  const { host, port } = props.database;
  new CfnOutput(stack, 'PortForward', {
    description: 'PostgreSQL on your own port 5432, while this runs',
    value: [
      `aws ssm start-session --region ${stack.props.environment.region} --target ${instance.instanceId}`,
      '--document-name AWS-StartPortForwardingSessionToRemoteHost',
      `--parameters host=${host},portNumber=${port},localPortNumber=5432`,
    ].join(' '),
  });
  return instance;
}
