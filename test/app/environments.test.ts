import { resources, synthesized } from './synthesized';

const templates = synthesized();
const database = (stack: string): any => resources(templates[stack], 'AWS::RDS::DBInstance')[0].Properties;

test('dev’s database is small and deletable, prod’s is protected', () => {
  expect(database('Dev/Data')).toMatchObject({ MultiAZ: false, BackupRetentionPeriod: 1, DeletionProtection: false });
  expect(database('Prod/Data')).toMatchObject({
    MultiAZ: true,
    BackupRetentionPeriod: 15,
    DeletionProtection: true,
    AllocatedStorage: '50',
    MaxAllocatedStorage: 200,
    StorageType: 'gp3',
    EnablePerformanceInsights: true,
  });
  const prod = resources(templates['Prod/Data'], 'AWS::RDS::DBInstance')[0];
  expect(prod.DeletionPolicy).toBe('Snapshot');
});

test.each(['Dev', 'Prod'])(
  '%s: the database is encrypted, takes TLS only, and its password stands nowhere',
  (stage) => {
    const properties = database(`${stage}/Data`);
    expect(properties).toMatchObject({
      StorageEncrypted: true,
      ManageMasterUserPassword: true,
      PubliclyAccessible: false,
    });
    expect(properties.MasterUserPassword).toBeUndefined();
    const [parameters] = resources(templates[`${stage}/Data`], 'AWS::RDS::DBParameterGroup');
    expect(parameters.Properties.Parameters['rds.force_ssl']).toBe('1');
  },
);

test('dev has two zones and one NAT gateway, prod three of each', () => {
  for (const [stack, zones, gateways] of [
    ['Dev/Network', 2, 1],
    ['Prod/Network', 3, 3],
  ] as const) {
    expect(resources(templates[stack], 'AWS::EC2::Subnet')).toHaveLength(zones * 3);
    expect(resources(templates[stack], 'AWS::EC2::NatGateway')).toHaveLength(gateways);
    expect(resources(templates[stack], 'AWS::EC2::FlowLog')).toHaveLength(1);
  }
});

test.each(['Dev', 'Prod'])(
  '%s: a deployment that does not get healthy rolls back, with no task missing meanwhile',
  (stage) => {
    const services = resources(templates[`${stage}/Services`], 'AWS::ECS::Service');
    expect(services).toHaveLength(2);
    for (const service of services) {
      expect(service.Properties.DeploymentConfiguration).toMatchObject({
        MinimumHealthyPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      });
    }
  },
);

test.each(['Dev', 'Prod'])('%s: secrets are injected into containers, never printed into the template', (stage) => {
  for (const task of resources(templates[`${stage}/Services`], 'AWS::ECS::TaskDefinition')) {
    const [container] = task.Properties.ContainerDefinitions;
    expect(container.ReadonlyRootFilesystem).toBe(true);
    expect(JSON.stringify(container.Environment)).not.toMatch(/PASSWORD|KEY|resolve:secretsmanager/);
  }
});

test('the site’s bucket is private and the site is HTTPS only', () => {
  const [bucket] = resources(templates['Prod/Web'], 'AWS::S3::Bucket');
  expect(Object.values(bucket.Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
  const [distribution] = resources(templates['Prod/Web'], 'AWS::CloudFront::Distribution');
  const { DefaultCacheBehavior, Origins } = distribution.Properties.DistributionConfig;
  expect(DefaultCacheBehavior.ViewerProtocolPolicy).toBe('redirect-to-https');
  expect(Origins[0].OriginAccessControlId).toBeDefined();
});

test('every resource that takes tags carries the four', () => {
  const [vpc] = resources(templates['Dev/Network'], 'AWS::EC2::VPC');
  const keys = vpc.Properties.Tags.map((tag: { Key: string }) => tag.Key);
  expect(keys).toEqual(expect.arrayContaining(['cost-centre', 'environment', 'owner', 'project']));
});
