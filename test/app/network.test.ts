import { configured, synthesizedWith } from './configured';
import { resources, synthesized } from './synthesized';

const templates = synthesized();
const EXISTING = {
  vpcId: 'vpc-0123456789abcdef0',
  zones: ['a', 'c'],
  publicSubnets: ['subnet-00000001', 'subnet-00000002'],
  privateSubnets: ['subnet-00000003', 'subnet-00000004'],
  isolatedSubnets: ['subnet-00000005', 'subnet-00000006'],
};

test('dev has two zones and one NAT gateway, prod three of each', () => {
  for (const [stack, zones, gateways] of [
    ['Dev/Network', 2, 1],
    ['Prod/Network', 3, 3],
  ] as const) {
    expect(resources(templates[stack], 'AWS::EC2::Subnet')).toHaveLength(zones * 3);
    expect(resources(templates[stack], 'AWS::EC2::NatGateway')).toHaveLength(gateways);
  }
});

test.each(['Dev', 'Prod'])(
  '%s: isolated subnets have no way out, S3 is reached without one, rejected packets are logged',
  (stage) => {
    const template = templates[`${stage}/Network`];
    const routes = Object.entries(template?.Resources ?? {}).filter(([, { Type }]) => Type === 'AWS::EC2::Route');
    expect(routes.some(([id]) => id.includes('isolated'))).toBe(false);
    expect(routes.some(([id]) => id.includes('private'))).toBe(true);
    const [endpoint] = resources(template, 'AWS::EC2::VPCEndpoint');
    expect(endpoint.Properties.VpcEndpointType).toBe('Gateway');
    expect(endpoint.Properties.RouteTableIds).toHaveLength(stage === 'Dev' ? 6 : 9);
    expect(resources(template, 'AWS::EC2::FlowLog')[0].Properties.TrafficType).toBe('REJECT');
    for (const subnet of resources(template, 'AWS::EC2::Subnet'))
      expect(subnet.Properties.MapPublicIpOnLaunch).toBe(false);
  },
);

test.each(['Dev', 'Prod'])('%s: the default security group is closed, without an asset to publish', (stage) => {
  const template = templates[`${stage}/Network`];
  const [closed] = resources(template, 'Custom::VpcRestrictDefaultSG');
  expect(JSON.stringify(closed.Properties.DefaultSecurityGroupId)).toContain('DefaultSecurityGroup');
  const [code] = resources(template, 'AWS::Lambda::Function');
  expect(code.Properties.Code.ZipFile).toContain('RevokeSecurityGroupIngress');
  expect(code.Properties.Code.ZipFile.length).toBeLessThanOrEqual(4096);
});

test('a NAT instance, by configuration: one small one that takes packets of the network alone, on an encrypted disk', () => {
  const template = synthesizedWith({ 'environments.dev.network.egress': 'instance' })['Dev/Network'];
  expect(resources(template, 'AWS::EC2::NatGateway')).toEqual([]);
  const [instance, ...others] = resources(template, 'AWS::EC2::Instance');
  expect(others).toEqual([]);
  expect(instance.Properties).toMatchObject({ InstanceType: 't4g.nano', SourceDestCheck: false });
  expect(instance.Properties.BlockDeviceMappings[0].Ebs.Encrypted).toBe(true);
  const [group] = resources(template, 'AWS::EC2::SecurityGroup');
  expect(group.Properties.SecurityGroupIngress).toEqual([expect.objectContaining({ CidrIp: '10.10.0.0/16' })]);
  const routes = resources(template, 'AWS::EC2::Route').filter((route) => route.Properties.InstanceId);
  expect(routes).toHaveLength(2);
});

test('no way out, by configuration: the services of AWS that tasks and builds need have endpoints', () => {
  const all = synthesizedWith({ 'environments.dev.network.egress': 'endpoints' });
  const template = all['Dev/Network'];
  expect(resources(template, 'AWS::EC2::NatGateway')).toEqual([]);
  const interfaces = resources(template, 'AWS::EC2::VPCEndpoint')
    .filter(({ Properties }) => Properties.VpcEndpointType === 'Interface')
    .map(({ Properties }) => Properties.ServiceName.split('ap-northeast-2.')[1]);
  expect(interfaces.sort()).toEqual([
    'ecr.api',
    'ecr.dkr',
    'logs',
    'rds',
    'secretsmanager',
    'ssm',
    'ssmmessages',
    'sts',
  ]);
  const [migrate] = resources(all['Dev/Data'], 'AWS::CodeBuild::Project');
  // What migrates was installed in Verify: the build asks no registry, and npm and pip are told so.
  expect(JSON.parse(migrate.Properties.Source.BuildSpec).env.variables).toMatchObject({
    npm_config_offline: 'true',
    PIP_NO_INDEX: '1',
  });
});

test('a network that is there already: no look-up, nothing made, everything put into its subnets', () => {
  const all = synthesizedWith({ 'environments.dev.network': { existing: EXISTING } });
  for (const type of ['VPC', 'Subnet', 'NatGateway', 'FlowLog']) {
    expect(resources(all['Dev/Network'], `AWS::EC2::${type}`)).toEqual([]);
  }
  expect(resources(all['Dev/Network'], 'AWS::KMS::Key')).toHaveLength(1);
  expect(resources(all['Dev/Data'], 'AWS::RDS::DBSubnetGroup')[0].Properties.SubnetIds).toEqual(
    EXISTING.isolatedSubnets,
  );
  expect(resources(all['Dev/Services'], 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0].Properties.Subnets).toEqual(
    EXISTING.publicSubnets,
  );
  for (const service of resources(all['Dev/Services'], 'AWS::ECS::Service')) {
    expect(service.Properties.NetworkConfiguration.AwsvpcConfiguration.Subnets).toEqual(EXISTING.privateSubnets);
  }
});

test('zones by letter, for an account that has no b', () => {
  const template = synthesizedWith({ 'environments.dev.network.zones': ['a', 'c'] })['Dev/Network'];
  const zones = resources(template, 'AWS::EC2::Subnet').map(({ Properties }) => Properties.AvailabilityZone);
  expect([...new Set(zones)].sort()).toEqual(['ap-northeast-2a', 'ap-northeast-2c']);
  expect(configured({})).toContain('10.10.0.0/16');
});
