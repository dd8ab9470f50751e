import { documentProblems } from '../../engine/iam/judgement/judge-document';
import { judgeRequest } from '../../engine/iam/judgement/judge-request';
import { judgeResource } from '../../engine/iam/judgement/judge-resource';
import { CurrentPolicies } from '../../engine/iam/judgement/judged-calls';
import { permissionsOf } from '../../engine/iam/requests/request-permissions';
import type { AskedRequest } from '../../engine/iam/requests/asked-request';
import { sessionPrincipal } from '../../engine/gateway/credentials';
import type { AccountPolicies } from '../../engine/iam/account/account-policies';
import type { ResourceToPermit } from '../../engine/ports/resource-permission';
import { deployAll } from './deployed-app';

// What requests of builds and resources of stacks need, and what a role may of it.
const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const json = (service: string, operation: string, body: object): AskedRequest => ({
  service,
  account: ACCOUNT,
  region: REGION,
  method: 'POST',
  url: '/',
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: Buffer.from(JSON.stringify(body)),
  operation: `Target.${operation}`,
});
const form = (service: string, fields: Record<string, string>): AskedRequest => ({
  ...json(service, fields.Action ?? '', {}),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from(new URLSearchParams(fields).toString()),
});
const s3 = (method: string, url: string, headers: Record<string, string> = {}): AskedRequest => ({
  ...json('s3', '', {}),
  operation: '',
  method,
  url,
  headers,
});

test.each<[string, AskedRequest, readonly string[]]>([
  ['an object', s3('GET', '/assets/a%20b.zip'), ['s3:GetObject arn:aws:s3:::assets/a b.zip']],
  ['a version', s3('GET', '/assets/a?versionId=1'), ['s3:GetObjectVersion arn:aws:s3:::assets/a']],
  ['a list', s3('GET', '/assets?list-type=2&prefix=x'), ['s3:ListBucket arn:aws:s3:::assets']],
  ['objects that a body names which is not read here', s3('POST', '/assets?delete'), ['s3:DeleteObject undefined']],
  ['a setting', s3('DELETE', '/assets?cors'), ['s3:PutBucketCORS arn:aws:s3:::assets']],
  [
    'a copy',
    s3('PUT', '/assets/b', { 'x-amz-copy-source': '/other/a' }),
    ['s3:PutObject arn:aws:s3:::assets/b', 's3:GetObject arn:aws:s3:::other/a'],
  ],
  [
    'parameters',
    json('ssm', 'GetParameters', { Names: ['/app/a', 'b'] }),
    ['a', 'b'].map(
      (name) => `ssm:GetParameters arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/${name === 'a' ? 'app/a' : name}`,
    ),
  ],
  ['who it is', form('sts', { Action: 'GetCallerIdentity' }), []],
  [
    'a stack with a role',
    form('cloudformation', { Action: 'CreateStack', StackName: 'web', RoleARN: role('execution') }),
    [
      `cloudformation:CreateStack arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/web/*`,
      `iam:PassRole ${role('execution')}`,
    ],
  ],
  ['nothing named', json('ecr', 'GetAuthorizationToken', {}), ['ecr:GetAuthorizationToken undefined']],
  [
    'a function',
    { ...s3('POST', '/2015-03-31/functions/migrate/invocations'), service: 'lambda' },
    [`lambda:InvokeFunction arn:aws:lambda:${REGION}:${ACCOUNT}:function:migrate`],
  ],
])('a request asks for %s', (_, request, expected) => {
  const asked = permissionsOf(request);
  expect('permissions' in asked && asked.permissions.map((one) => `${one.action} ${one.resource}`)).toEqual(expected);
});

test('what a request of a REST protocol is that nobody here knows is not known', () => {
  expect(permissionsOf({ ...s3('GET', '/v1/apis'), service: 'appsync' })).toEqual({
    unknown: 'which action of appsync GET /v1/apis is',
  });
});

const statement = (one: object) => ({ Version: '2012-10-17', Statement: [one] });
const allow = (Action: unknown, Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
const made = (RoleName: string, ...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'codebuild.amazonaws.com' } }],
    },
    ...(Statement.length > 0
      ? { Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement } }] }
      : {}),
  },
});
const template = {
  Resources: {
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [{ ...allow('kms:*', '*'), Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }],
        },
      },
    },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'assets',
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] },
              },
            },
          ],
        },
      },
    },
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'token', Tags: [{ Key: 'team', Value: 'web' }] },
    },
    Build: made(
      'build',
      allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::assets', 'arn:aws:s3:::assets/*']),
      allow('ecr:GetAuthorizationToken', `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/app`),
      allow('secretsmanager:GetSecretValue', '*', { StringEquals: { 'aws:ResourceTag/team': 'payments' } }),
      allow('sts:AssumeRole', role('any')),
    ),
    Bare: made('bare'),
    Administrator: made('administrator', allow('*', '*')),
    Execution: made(
      'execution',
      allow('s3:CreateBucket', 'arn:aws:s3:::web-*'),
      allow('lambda:*', '*'),
      allow('logs:CreateLogGroup', '*'),
    ),
  },
};
let policies: AccountPolicies;
beforeAll(async () => {
  const ledger = await deployAll([{ name: 'app', account: ACCOUNT, region: REGION, template }]);
  policies = new CurrentPolicies(ledger).of('');
});

const judged = async (name: string, request: AskedRequest, session?: object) => {
  const principal = {
    ...sessionPrincipal(role(name), 'AWSCodeBuild-1', { kind: 'build' }),
    ...(session ? { session } : {}),
  };
  const found = await judgeRequest({ ...request, principal }, policies);
  return found.map(({ call, decision, text }) => ({ action: call.action, result: decision.result, text }));
};

test.each<[string, string, AskedRequest, string, RegExp]>([
  [
    'the key of a bucket',
    'build',
    s3('GET', '/assets/a'),
    'kms:Decrypt',
    /no identity-based policy allows the kms:Decrypt/,
  ],
  [
    'another action',
    'build',
    s3('DELETE', '/assets/a'),
    's3:DeleteObject',
    /on resource: arn:aws:s3:::assets\/a because/,
  ],
  [
    'a token on a repository',
    'build',
    json('ecr', 'GetAuthorizationToken', {}),
    'ecr:GetAuthorizationToken',
    /because no/,
  ],
  [
    'the wrong tag',
    'build',
    json('secretsmanager', 'GetSecretValue', { SecretId: 'token' }),
    'secretsmanager:GetSecretValue',
    /because no/,
  ],
  [
    'a table that nobody granted',
    'build',
    json('dynamodb', 'GetItem', { TableName: 'orders' }),
    'dynamodb:GetItem',
    /table\/orders/,
  ],
])('a build is denied %s', async (_, name, request, action, text) => {
  const denied = (await judged(name, request)).filter(({ result }) => result === 'denied');
  expect(denied).toEqual([{ action, result: 'denied', text: expect.stringMatching(text) as string }]);
  expect(denied[0]?.text).toMatch(
    /^User: arn:aws:sts::111111111111:assumed-role\/build\/AWSCodeBuild-1 is not authorized/,
  );
});

test('an administrator may everything; of a role without policies nothing is known; a session policy limits both', async () => {
  const results = async (name: string, session?: object) =>
    (await judged(name, s3('GET', '/assets/a'), session)).map(({ result }) => result);
  expect(await results('administrator')).toEqual(['allowed', 'allowed']);
  expect(await results('bare')).toEqual(['not known', 'not known']);
  const Statement = [allow('ssm:*', '*')];
  const policy = JSON.stringify({ Version: '2012-10-17', Statement });
  expect(await results('administrator', { policies: [policy] })).toEqual(['denied', 'denied']);
});

test('an action that AWS does not publish is not known', async () => {
  expect(await judged('build', json('dynamodb', 'GetItems', {}))).toEqual([
    { action: 'dynamodb:GetItems', result: 'not known', text: 'AWS publishes no action dynamodb:GetItems' },
  ]);
});

const resource = (type: string, properties: object, physicalId: string): ResourceToPermit => ({
  type,
  operation: 'create',
  logicalId: 'One',
  physicalId,
  properties: properties as Record<string, unknown>,
  attributes: {},
  account: ACCOUNT,
  region: REGION,
  stackName: 'web',
  environment: 'Dev',
});

test.each<[string, ResourceToPermit, string, readonly string[]]>([
  ['what the type is', resource('AWS::S3::Bucket', {}, 'shop'), 'execution', ['s3:CreateBucket arn:aws:s3:::shop']],
  ['nothing that its name covers', resource('AWS::S3::Bucket', {}, 'web-1'), 'execution', []],
  [
    'what a property asks for',
    resource('AWS::Logs::LogGroup', { RetentionInDays: 7 }, '/web'),
    'execution',
    ['logs:PutRetentionPolicy'],
  ],
  [
    'the role of a function',
    resource('AWS::Lambda::Function', { Role: role('build'), Code: { ZipFile: '' } }, 'migrate'),
    'execution',
    [`iam:PassRole ${role('build')}`],
  ],
  ['nothing as an administrator', resource('AWS::S3::Bucket', {}, 'shop'), 'administrator', []],
])('CloudFormation is denied %s', async (_, one, name, expected) => {
  const found = await judgeResource(role(name), one, policies);
  const denied = found.filter(({ call, decision }) => decision.result === 'denied' && call.optional === undefined);
  expect(denied.map(({ call }) => `${call.action} ${call.resource}`)).toEqual(
    expected.map((text) => expect.stringContaining(text) as string),
  );
});

test.each<[string, string, string, unknown, string, string]>([
  [
    'an operator that does not exist',
    'AWS::IAM::ManagedPolicy',
    'PolicyDocument',
    statement(allow('s3:GetObject', '*', { StringEqual: { a: 'b' } })),
    'MalformedPolicyDocument: Syntax errors in policy.',
    'Statement[0].Condition.StringEqual',
  ],
  [
    'an action without a service',
    'AWS::IAM::Policy',
    'PolicyDocument',
    statement(allow('GetObject', '*')),
    'MalformedPolicyDocument: Actions/Conditions must be prefaced by a vendor',
    'Statement[0].Action',
  ],
  [
    'no effect',
    'AWS::IAM::RolePolicy',
    'PolicyDocument',
    statement({ Action: 's3:GetObject', Resource: '*' }),
    'MalformedPolicyDocument: ',
    'Statement[0]',
  ],
  [
    'a text that is not JSON',
    'AWS::IAM::UserPolicy',
    'PolicyDocument',
    '{ "Version": "2012-10-17", ',
    'MalformedPolicyDocument: ',
    'PolicyDocument: line 1, column 28: the document is not JSON',
  ],
  [
    'an action that a bucket does not have',
    'AWS::S3::BucketPolicy',
    'PolicyDocument',
    statement({ ...allow('s3:ReadObject', 'arn:aws:s3:::shop/*'), Principal: '*' }),
    'MalformedPolicy: Policy has invalid action',
    'Statement[0].Action: AWS publishes no action s3:ReadObject',
  ],
  [
    'a trust policy with a resource',
    'AWS::IAM::Role',
    'AssumeRolePolicyDocument',
    statement({ ...allow('sts:AssumeRole', '*'), Principal: { Service: 'codebuild.amazonaws.com' } }),
    'MalformedPolicyDocument: ',
    'Statement[0].Resource',
  ],
  [
    'a key policy without principals',
    'AWS::KMS::Key',
    'KeyPolicy',
    statement(allow('kms:*', '*')),
    'MalformedPolicyDocumentException: ',
    'Statement[0]',
  ],
])('a policy with %s is refused by its place', async (_, type, property, document, said, place) => {
  const { refused = '' } = await documentProblems(resource(type, { [property]: document }, 'one'));
  expect(refused).toContain(said);
  expect(refused).toContain(`Resources.One.Properties.${property}`);
  expect(refused).toContain(place);
});

test('IAM takes an action that AWS does not publish; it is said that it grants nothing', async () => {
  const document = statement(allow(['s3:ReadObject', 's3:GetObject', 's3:Read*', 'house:Open'], '*'));
  expect(await documentProblems(resource('AWS::IAM::Policy', { PolicyDocument: document }, 'one'))).toEqual({
    unknown: [
      'Resources.One.Properties.PolicyDocument.Statement[0].Action: AWS publishes no action s3:ReadObject: it grants nothing',
    ],
  });
});
