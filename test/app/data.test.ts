import { outputOf, statementsOf, synthesizedWith } from './configured';
import { resourceNamed, resources, synthesized } from './synthesized';

const templates = synthesized();
const database = (stack: string, of = templates): any => resources(of[stack], 'AWS::RDS::DBInstance')[0];

describe('PostgreSQL', () => {
  test('dev’s is small, in one zone and deletable', () => {
    const dev = database('Dev/Data');
    expect(dev.Properties).toMatchObject({
      DBInstanceClass: 'db.t4g.micro',
      MultiAZ: false,
      BackupRetentionPeriod: 1,
      DeletionProtection: false,
      DeleteAutomatedBackups: true,
    });
    expect(dev.DeletionPolicy).toBe('Delete');
    expect(dev.Properties.EnablePerformanceInsights).toBeUndefined();
  });

  test('prod’s survives a zone, is protected, keeps 15 days and a final snapshot, and tells what it does', () => {
    const prod = database('Prod/Data');
    expect(prod.Properties).toMatchObject({
      MultiAZ: true,
      BackupRetentionPeriod: 15,
      DeletionProtection: true,
      DeleteAutomatedBackups: false,
      AllocatedStorage: '50',
      MaxAllocatedStorage: 200,
      StorageType: 'gp3',
      DatabaseInsightsMode: 'standard',
      EnablePerformanceInsights: true,
      PerformanceInsightsRetentionPeriod: 7,
    });
    expect(prod.Properties.PerformanceInsightsKMSKeyId).toBeDefined();
    expect(prod.DeletionPolicy).toBe('Snapshot');
    expect(prod.UpdateReplacePolicy).toBe('Snapshot');
  });

  test.each(['Dev', 'Prod'])('%s: 16 or newer, encrypted, TLS only, and its password stands nowhere', (stage) => {
    const { Properties } = database(`${stage}/Data`);
    expect(Number(Properties.EngineVersion.split('.')[0])).toBeGreaterThanOrEqual(16);
    expect(Properties).toMatchObject({
      StorageEncrypted: true,
      ManageMasterUserPassword: true,
      PubliclyAccessible: false,
    });
    expect(Properties.KmsKeyId).toBeDefined();
    expect(Properties.MasterUserSecret.KmsKeyId).toBeDefined();
    expect(Properties.MasterUserPassword).toBeUndefined();
    const [parameters] = resources(templates[`${stage}/Data`], 'AWS::RDS::DBParameterGroup');
    expect(parameters.Properties.Parameters['rds.force_ssl']).toBe('1');
  });

  test.each(['Dev', 'Prod'])(
    '%s: only the clients’ group reaches it: the api, the migrations and the bastion',
    (stage) => {
      const template = templates[`${stage}/Data`];
      const ingress = resources(template, 'AWS::EC2::SecurityGroupIngress').filter(
        ({ Properties }) => Properties.FromPort === 5432,
      );
      expect(ingress).toHaveLength(1);
      expect(JSON.stringify(ingress[0].Properties.SourceSecurityGroupId)).toContain('Clients');
      const services = resources(templates[`${stage}/Services`], 'AWS::ECS::Service');
      const groups = Object.fromEntries(
        services.map(({ Properties }) => [
          Properties.ServiceName,
          JSON.stringify(Properties.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups),
        ]),
      );
      const name = `saiondo-${stage.toLowerCase()}`;
      expect(groups[`${name}-api`]).toContain('Clients');
      expect(groups[`${name}-llm`]).not.toContain('Clients');
      const builds = resources(template, 'AWS::CodeBuild::Project').map(({ Properties }) => [
        Properties.Name,
        JSON.stringify(Properties.VpcConfig.SecurityGroupIds).includes('Clients'),
      ]);
      expect(builds).toEqual([[`${name}-migrate`, true]]);
    },
  );

  test('an instance that is there already, by its endpoint and secret: nothing is made, and its group lets the clients in', () => {
    const secret = 'arn:aws:secretsmanager:ap-northeast-2:222222222222:secret:old-db-AbCdEf';
    const all = synthesizedWith({
      'environments.dev.database': {
        existing: { host: 'old.example.rds.amazonaws.com', name: 'app', secret, securityGroup: 'sg-0123456789abcdef0' },
      },
    });
    expect(database('Dev/Data', all)).toBeUndefined();
    const [ingress] = resources(all['Dev/Data'], 'AWS::EC2::SecurityGroupIngress');
    expect(ingress.Properties).toMatchObject({ GroupId: 'sg-0123456789abcdef0', FromPort: 5432 });
    const api = resources(all['Dev/Services'], 'AWS::ECS::TaskDefinition').find(
      ({ Properties }) => Properties.Family === 'saiondo-dev-api',
    );
    const [container] = api.Properties.ContainerDefinitions;
    expect(container.Environment).toContainEqual({ Name: 'DB_HOST', Value: 'old.example.rds.amazonaws.com' });
    expect(container.Secrets).toContainEqual({ Name: 'DB_PASSWORD', ValueFrom: `${secret}:password::` });
    const [migrate] = resources(all['Dev/Data'], 'AWS::CodeBuild::Project');
    expect(migrate.Properties.Environment.EnvironmentVariables).toContainEqual({
      Name: 'DB_PASSWORD',
      Type: 'SECRETS_MANAGER',
      Value: `${secret}:password`,
    });
  });
});

test.each(['Dev', 'Prod'])('%s: PostgreSQL and Redis stand in isolated subnets, one in each zone', (stage) => {
  const template = templates[`${stage}/Data`];
  const groups = [
    ...resources(template, 'AWS::RDS::DBSubnetGroup'),
    ...resources(template, 'AWS::ElastiCache::SubnetGroup'),
  ];
  expect(groups).toHaveLength(2);
  for (const { Properties } of groups) {
    expect(Properties.SubnetIds).toHaveLength(stage === 'Dev' ? 2 : 3);
    for (const subnet of Properties.SubnetIds) expect(subnet['Fn::ImportValue']).toContain('isolatedSubnet');
  }
});

describe('Redis', () => {
  test.each(['Dev', 'Prod'])('%s: only the clients’ group reaches it', (stage) => {
    const template = templates[`${stage}/Data`];
    const [redis] = resources(template, 'AWS::ElastiCache::ReplicationGroup');
    const [group] = redis.Properties.SecurityGroupIds.map((id: any) => id['Fn::GetAtt'][0]);
    const made = resourceNamed(template, group).Properties;
    expect(made.SecurityGroupIngress).toBeUndefined();
    const ingress = resources(template, 'AWS::EC2::SecurityGroupIngress').filter(
      ({ Properties }) => JSON.stringify(Properties.GroupId) === JSON.stringify({ 'Fn::GetAtt': [group, 'GroupId'] }),
    );
    expect(
      ingress.map(({ Properties }) => [Properties.FromPort, Properties.SourceSecurityGroupId['Fn::GetAtt'][0]]),
    ).toEqual([[6379, expect.stringMatching(/^Clients/)]]);
  });

  test('dev’s is one small node, prod’s fails over to another zone and is copied', () => {
    const of = (stack: string): any => resources(templates[stack], 'AWS::ElastiCache::ReplicationGroup')[0].Properties;
    expect(of('Dev/Data')).toMatchObject({
      CacheNodeType: 'cache.t4g.micro',
      NumCacheClusters: 1,
      AutomaticFailoverEnabled: false,
    });
    expect(of('Prod/Data')).toMatchObject({
      NumCacheClusters: 2,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      SnapshotRetentionLimit: 7,
    });
  });

  test.each(['Dev', 'Prod'])('%s: TLS, encrypted, and a token that Secrets Manager makes', (stage) => {
    const [redis] = resources(templates[`${stage}/Data`], 'AWS::ElastiCache::ReplicationGroup');
    expect(redis.Properties).toMatchObject({
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
    });
    expect(JSON.stringify(redis.Properties.AuthToken)).toContain('{{resolve:secretsmanager:');
    const [secret] = resources(templates[`${stage}/Data`], 'AWS::SecretsManager::Secret');
    expect(secret.Properties.GenerateSecretString).toMatchObject({ PasswordLength: 48 });
    expect(secret.Properties.SecretString).toBeUndefined();
  });
});

describe('the bastion', () => {
  test('is not there unless asked for', () => {
    for (const stage of ['Dev', 'Prod'])
      expect(resources(templates[`${stage}/Data`], 'AWS::EC2::Instance')).toEqual([]);
  });

  test('is reached by Session Manager alone, and the command to type is an output', () => {
    const template = synthesizedWith({ 'environments.prod.bastion': true })['Prod/Data'];
    const [bastion] = resources(template, 'AWS::EC2::Instance');
    expect(bastion.Properties.KeyName).toBeUndefined();
    expect(bastion.Properties.NetworkInterfaces).toBeUndefined();
    expect(JSON.stringify(bastion.Properties.SecurityGroupIds)).toContain('Clients');
    expect(bastion.Properties.BlockDeviceMappings[0].Ebs.Encrypted).toBe(true);
    const clients = resources(template, 'AWS::EC2::SecurityGroup').find(({ Properties }) =>
      Properties.GroupDescription.startsWith('May connect'),
    );
    expect(clients.Properties.SecurityGroupIngress).toBeUndefined();
    const open = resources(template, 'AWS::EC2::SecurityGroupIngress').filter(({ Properties }) =>
      JSON.stringify(Properties.GroupId).includes('Clients'),
    );
    expect(open).toEqual([]);
    const command = outputOf(template, 'PortForward');
    expect(command).toContain('aws ssm start-session --region ap-northeast-2 --target');
    expect(command).toContain('AWS-StartPortForwardingSessionToRemoteHost');
    expect(command).toContain('localPortNumber=5432');
    for (const statement of statementsOf(template, 'BastionRole')) {
      expect([statement.Action].flat().every((action: string) => /^ssm(messages)?:\w+$/.test(action))).toBe(true);
    }
  });
});

describe('migrations', () => {
  const project = (stage: string): any =>
    resources(templates[`${stage}/Data`], 'AWS::CodeBuild::Project').find(
      ({ Properties }) => Properties.Name === `saiondo-${stage.toLowerCase()}-migrate`,
    ).Properties;
  const variable = (stage: string, name: string): unknown =>
    project(stage).Environment.EnvironmentVariables.find((one: { Name: string }) => one.Name === name)?.Value;

  test.each(['Dev', 'Prod'])('%s: run inside the network, with both components’ folders', (stage) => {
    expect(project(stage).VpcConfig.Subnets).toHaveLength(stage === 'Dev' ? 2 : 3);
    expect(variable(stage, 'COMPONENT_DIR')).toBe('backend/api');
    expect(variable(stage, 'LLM_DIR')).toBe('backend/llm');
    expect(project(stage).Source.BuildSpec).toContain('prisma migrate deploy');
  });

  test('prod’s come after a named snapshot, which the build may take and see but not delete or restore; dev’s without', () => {
    expect(variable('Dev', 'SNAPSHOT_OF')).toBeUndefined();
    expect(variable('Prod', 'SNAPSHOT_OF')).toBe('saiondo-prod-postgres');
    const rds = (stage: string): any[] =>
      statementsOf(templates[`${stage}/Data`], 'MigrateBuildRole').filter(({ Action }) =>
        JSON.stringify(Action).includes('rds:'),
      );
    expect(rds('Dev')).toEqual([]);
    expect(rds('Prod')).toHaveLength(1);
    expect(rds('Prod')[0].Action).toEqual(['rds:CreateDBSnapshot', 'rds:DescribeDBSnapshots']);
    const named = JSON.stringify(rds('Prod')[0].Resource);
    expect(named).toContain(':db:saiondo-prod-postgres');
    expect(named).toContain(':snapshot:saiondo-prod-before-migration-*');
  });
});

describe('backups', () => {
  test('dev has what RDS keeps by itself', () => {
    expect(resources(templates['Dev/Data'], 'AWS::Backup::BackupPlan')).toEqual([]);
  });

  test('prod is copied daily and monthly into a vault that outlives it', () => {
    const [plan] = resources(templates['Prod/Data'], 'AWS::Backup::BackupPlan');
    const rules = plan.Properties.BackupPlan.BackupPlanRule;
    expect(rules.map((rule: any) => [rule.RuleName, rule.ScheduleExpression, rule.Lifecycle.DeleteAfterDays])).toEqual([
      ['daily', 'cron(0 20 * * ? *)', 35],
      ['monthly', 'cron(0 21 1 * ? *)', 365],
    ]);
    const [vault] = resources(templates['Prod/Data'], 'AWS::Backup::BackupVault');
    expect(vault.DeletionPolicy).toBe('Retain');
    expect(vault.Properties.EncryptionKeyArn).toBeDefined();
    expect(vault.Properties.LockConfiguration).toBeUndefined();
    const [selection] = resources(templates['Prod/Data'], 'AWS::Backup::BackupSelection');
    expect(JSON.stringify(selection.Properties.BackupSelection.Resources)).toContain('Postgres');
  });

  test('the vault is locked, by configuration: in governance or in compliance mode', () => {
    const locked = (vaultLock: object): any =>
      resources(
        synthesizedWith({ 'environments.prod.backups': { vaultLock } })['Prod/Data'],
        'AWS::Backup::BackupVault',
      )[0].Properties.LockConfiguration;
    expect(locked({ minimumDays: 7, maximumDays: 400 })).toEqual({ MinRetentionDays: 7, MaxRetentionDays: 400 });
    expect(locked({ minimumDays: 7, maximumDays: 400, graceDays: 3 })).toEqual({
      MinRetentionDays: 7,
      MaxRetentionDays: 400,
      ChangeableForDays: 3,
    });
  });
});
