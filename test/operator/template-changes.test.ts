import { permissionChanges, templateChanges } from '../../operator/promotion/template-changes';

const replacementOf = (_type: string, property: string) =>
  property === 'Engine' ? ('True' as const) : ('False' as const);
const bucket = { Type: 'AWS::S3::Bucket', Properties: { Name: 'a' } };
const statement = (Action: string) => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } }] },
  },
});

test('replacements come first, then removals, then what touches security', () => {
  const before = {
    Resources: {
      A: bucket,
      Database: { Type: 'AWS::RDS::DBInstance', Properties: { Engine: 'postgres', Size: 1 } },
      Gone: bucket,
      Policy: statement('dynamodb:GetItem'),
      Same: bucket,
    },
  };
  const after = {
    Resources: {
      A: { ...bucket, Properties: { Name: 'b' } },
      Database: { Type: 'AWS::RDS::DBInstance', Properties: { Engine: 'mysql', Size: 1 } },
      Policy: statement('dynamodb:*'),
      Same: bucket,
      CDKMetadata: { Type: 'AWS::CDK::Metadata' },
    },
  };
  expect(
    templateChanges(before, after, replacementOf).map((one) => [one.action, one.logicalId, one.replacement]),
  ).toEqual([
    ['Modify', 'Database', 'True'],
    ['Remove', 'Gone', undefined],
    ['Modify', 'Policy', 'False'],
    ['Modify', 'A', 'False'],
  ]);
  expect(permissionChanges('S', before, after)).toEqual([
    { change: 'added', stack: 'S', logicalId: 'Policy', statement: 'Allow dynamodb:* on ${Table.Arn}' },
    { change: 'removed', stack: 'S', logicalId: 'Policy', statement: 'Allow dynamodb:GetItem on ${Table.Arn}' },
  ]);
});

test('trust, resource policies and managed policies are permissions too', () => {
  const role = {
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } }],
          },
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
          Policies: [
            {
              PolicyName: 'p',
              PolicyDocument: { Statement: [{ Effect: 'Deny', NotAction: 's3:Get*', Resource: '*' }] },
            },
          ],
        },
      },
    },
  };
  expect(permissionChanges('S', undefined, role).map((one) => one.statement)).toEqual([
    'Allow sts:AssumeRole for *',
    'managed policy arn:aws:iam::aws:policy/AdministratorAccess',
    'Deny everything but s3:Get* on *',
  ]);
});

test('principals, conditions and intrinsic functions are said in words, not in JSON', () => {
  const root = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111111111111:root']] };
  const statements = [
    { Action: 'kms:*', Resource: '*', Principal: { AWS: [root, '222222222222'], Service: 'logs.amazonaws.com' } },
    { Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: 'accounts.google.com' } },
    {
      Action: 'kms:Decrypt',
      Resource: { 'Fn::ImportValue': 'Network:Key' },
      Condition: {
        StringEquals: { 'kms:ViaService': ['s3.amazonaws.com', 'ssm.amazonaws.com'], 'aws:SourceAccount': '1' },
        Bool: { 'aws:SecureTransport': true },
      },
    },
  ];
  const policy = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement: statements } } };
  expect(permissionChanges('S', undefined, { Resources: { P: policy } }).map((one) => one.statement)).toEqual([
    'Allow kms:* on * for arn:${AWS::Partition}:iam::111111111111:root, 222222222222, logs.amazonaws.com',
    'Allow sts:AssumeRoleWithWebIdentity for Federated accounts.google.com',
    'Allow kms:Decrypt on ${ImportValue Network:Key} if kms:ViaService StringEquals s3.amazonaws.com or ssm.amazonaws.com ' +
      'and aws:SourceAccount StringEquals 1 and aws:SecureTransport Bool true',
  ]);
});

test('what a template holds cannot draw on the terminal', () => {
  const policy = (Action: string) => ({
    Type: 'AWS::IAM::Policy\u001b[2J',
    Properties: { 'P\u0007': { Statement: [{ Action, Resource: 'a\nb\u001b[1A' }] } },
  });
  const [was, is] = ['s3:GetObject', 's3:PutObject'].map((one) => ({ Resources: { 'Id\u001b[1A': policy(one) } }));
  const changes = templateChanges(was, is ?? {}, replacementOf);
  const permissions = permissionChanges('S', was, is ?? {});
  expect(changes).toMatchObject([{ logicalId: 'Id', type: 'AWS::IAM::Policy', properties: ['P'] }]);
  expect(permissions.map((one) => [one.logicalId, one.statement])).toEqual([
    ['Id', 'Allow s3:PutObject on a b'],
    ['Id', 'Allow s3:GetObject on a b'],
  ]);
});

test('a first deployment adds everything', () => {
  expect(templateChanges(undefined, { Resources: { A: bucket } }, replacementOf)).toEqual([
    { action: 'Add', logicalId: 'A', type: 'AWS::S3::Bucket', properties: [], security: false },
  ]);
});
