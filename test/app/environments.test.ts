import { synthesizedWith } from './configured';
import { resources, synthesized, synthesizedApp } from './synthesized';

const templates = synthesized();
const PARTS = ['Network', 'Data', 'Services', 'Web', 'Contracts', 'Observability'];

test('one class makes both environments: the same parts, each in its account', () => {
  expect(
    Object.keys(templates)
      .filter((stack) => /^(Dev|Prod)\//.test(stack))
      .sort(),
  ).toEqual(['Dev', 'Prod'].flatMap((stage) => PARTS.map((part) => `${stage}/${part}`)).sort());
});

test('every resource that takes tags carries the four', () => {
  const [vpc] = resources(templates['Dev/Network'], 'AWS::EC2::VPC');
  const keys = vpc.Properties.Tags.map((tag: { Key: string }) => tag.Key);
  expect(keys).toEqual(expect.arrayContaining(['cost-centre', 'environment', 'owner', 'project']));
});

test.each([
  ['Dev', 30, 'Delete'],
  ['Prod', 365, 'Retain'],
])('%s: every log group keeps its events for %i days, encrypted', (stage, days, policy) => {
  const groups = PARTS.flatMap((part) => resources(templates[`${stage}/${part}`], 'AWS::Logs::LogGroup'));
  expect(groups.length).toBeGreaterThanOrEqual(9);
  for (const group of groups) {
    expect(group.Properties.RetentionInDays).toBe(days);
    expect(group.Properties.KmsKeyId).toBeDefined();
    expect(group.DeletionPolicy).toBe(policy);
  }
  const [key] = resources(templates[`${stage}/Network`], 'AWS::KMS::Key');
  expect(key.Properties.EnableKeyRotation).toBe(true);
  expect(JSON.stringify(key.Properties.KeyPolicy)).toContain('logs.ap-northeast-2.amazonaws.com');
});

test('everything that writes a log writes into one of them', () => {
  const without: string[] = [];
  for (const [stack, template] of Object.entries(templates).filter(([name]) => name.includes('/'))) {
    for (const { Properties } of resources(template, 'AWS::CodeBuild::Project'))
      if (!Properties.LogsConfig?.CloudWatchLogs?.GroupName) without.push(`${stack} ${Properties.Name}`);
    for (const { Properties } of resources(template, 'AWS::Lambda::Function'))
      if (!Properties.LoggingConfig?.LogGroup) without.push(`${stack} function`);
    for (const { Properties } of resources(template, 'AWS::ECS::TaskDefinition'))
      for (const { LogConfiguration } of Properties.ContainerDefinitions)
        if (!LogConfiguration?.Options['awslogs-group']) without.push(`${stack} ${Properties.Family}`);
  }
  expect(without).toEqual([]);
});

/** Types that hold data, or cost money for as long as they are there. */
const STATEFUL = [
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::Backup::BackupVault',
];

test('deleting dev leaves nothing that costs money', () => {
  const all = PARTS.flatMap((part) => Object.entries(templates[`Dev/${part}`]?.Resources ?? {}));
  // What replaces a resource leaves nothing behind either.
  const kept = all.filter(([, { DeletionPolicy, UpdateReplacePolicy }]: any) =>
    /Retain|Snapshot/.test(`${DeletionPolicy} ${UpdateReplacePolicy}`),
  );
  expect(kept.map(([id]) => id)).toEqual([]);
  // Said, not left to a default: without a policy CloudFormation takes a last snapshot of a database.
  const unsaid = all.filter(
    ([, { Type, DeletionPolicy }]: any) => STATEFUL.includes(Type) && DeletionPolicy !== 'Delete',
  );
  expect(unsaid.map(([id]) => id)).toEqual([]);
  for (const cache of PARTS.flatMap((part) =>
    resources(templates[`Dev/${part}`], 'AWS::ElastiCache::ReplicationGroup'),
  ))
    expect(cache.Properties.SnapshotRetentionLimit).toBeUndefined();
  for (const part of PARTS) {
    for (const bucket of resources(templates[`Dev/${part}`], 'AWS::S3::Bucket')) {
      expect(bucket.DeletionPolicy).toBe('Delete');
      expect(resources(templates[`Dev/${part}`], 'Custom::S3AutoDeleteObjects')).toHaveLength(1);
    }
    for (const instance of resources(templates[`Dev/${part}`], 'AWS::RDS::DBInstance')) {
      expect(instance.Properties).toMatchObject({ DeletionProtection: false, DeleteAutomatedBackups: true });
    }
  }
});

test('deleting prod is refused while it is protected, and what holds data outlives its stack', () => {
  const stacks = Object.keys(templates).filter((name) => name.includes('/'));
  expect(synthesizedApp().protectedStacks).toEqual(stacks.filter((name) => name.startsWith('Prod/')));
  // The topic's key encrypts messages on their way; nothing of them is kept.
  const lost = PARTS.filter((part) => part !== 'Observability').flatMap((part) =>
    Object.entries(templates[`Prod/${part}`]?.Resources ?? {})
      .filter(([, { Type }]) => STATEFUL.includes(Type))
      .filter(([, resource]) => !/Retain|Snapshot/.test(resource.DeletionPolicy ?? ''))
      .map(([id]) => id),
  );
  expect(lost).toEqual([]);
});

test('a protected dev is as prod is: protection is no matter of the name', () => {
  const all = synthesizedWith({ 'environments.dev.protected': true });
  const [instance] = resources(all['Dev/Data'], 'AWS::RDS::DBInstance');
  expect(instance.Properties).toMatchObject({ MultiAZ: true, DeletionProtection: true, BackupRetentionPeriod: 15 });
  expect(resources(all['Dev/Data'], 'AWS::Backup::BackupPlan')).toHaveLength(1);
});
