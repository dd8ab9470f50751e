import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { generatedAttribute, physicalIdOf } from '../../engine/cloudformation/identity';
import { unknownIn } from '../../engine/cloudformation/template/unknown-value';

const at = { account: '111111111111', region: 'us-east-1', stackName: 'shop', logicalId: 'Thing', generation: 1 };

/** What `Ref`, or `Fn::GetAtt` of an attribute, gives. */
function made(type: string, attribute?: string, properties: Record<string, unknown> = {}): unknown {
  const id = physicalIdOf({ ...at, type }, properties);
  return attribute === undefined ? id : generatedAttribute({ ...at, type }, properties, id, attribute);
}

/** "Return values" of each type in the CloudFormation Template Reference. */
test.each([
  ['AWS::SQS::Queue', undefined, { QueueName: 'orders' }, 'https://sqs.us-east-1.amazonaws.com/111111111111/orders'],
  ['AWS::SQS::Queue', 'Arn', { QueueName: 'orders' }, 'arn:aws:sqs:us-east-1:111111111111:orders'],
  [
    'AWS::StepFunctions::StateMachine',
    undefined,
    { StateMachineName: 'flow' },
    'arn:aws:states:us-east-1:111111111111:stateMachine:flow',
  ],
  [
    'AWS::IAM::OIDCProvider',
    undefined,
    { Url: 'https://token.actions.githubusercontent.com' },
    'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
  ],
  [
    'AWS::Lambda::LayerVersion',
    undefined,
    { LayerName: 'common' },
    'arn:aws:lambda:us-east-1:111111111111:layer:common:1',
  ],
  ['AWS::Lambda::Version', undefined, { FunctionName: 'f' }, 'arn:aws:lambda:us-east-1:111111111111:function:f:1'],
  [
    'AWS::Lambda::Alias',
    undefined,
    { FunctionName: 'f', Name: 'live' },
    'arn:aws:lambda:us-east-1:111111111111:function:f:live',
  ],
  [
    'AWS::Lambda::Url',
    'FunctionUrl',
    { TargetFunctionArn: 'f' },
    /^https:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.on\.aws\/$/,
  ],
  ['AWS::IAM::ManagedPolicy', undefined, { ManagedPolicyName: 'p' }, 'arn:aws:iam::111111111111:policy/p'],
  ['AWS::IAM::Role', 'Arn', { RoleName: 'r', Path: '/service/' }, 'arn:aws:iam::111111111111:role/service/r'],
  ['AWS::ApiGatewayV2::Api', undefined, { Name: 'a' }, /^[a-z0-9]{10}$/],
  [
    'AWS::ApiGatewayV2::Api',
    'ApiEndpoint',
    { Name: 'a' },
    /^https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/,
  ],
  ['AWS::ApiGateway::RestApi', 'RootResourceId', {}, /^[a-z0-9]{10}$/],
  [
    'AWS::DynamoDB::Table',
    'StreamArn',
    { TableName: 'items' },
    /^arn:aws:dynamodb:us-east-1:111111111111:table\/items\/stream\/2026-/,
  ],
  ['AWS::CodeCommit::Repository', undefined, { RepositoryName: 'Shop' }, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/],
  ['AWS::CodeCommit::Repository', 'Name', { RepositoryName: 'Shop' }, 'Shop'],
  ['AWS::CodeCommit::Repository', 'Arn', { RepositoryName: 'Shop' }, 'arn:aws:codecommit:us-east-1:111111111111:Shop'],
  [
    'AWS::CodeCommit::Repository',
    'CloneUrlHttp',
    { RepositoryName: 'Shop' },
    'https://git-codecommit.us-east-1.amazonaws.com/v1/repos/Shop',
  ],
  ['AWS::Events::EventBus', 'Arn', { Name: 'bus' }, 'arn:aws:events:us-east-1:111111111111:event-bus/bus'],
  ['AWS::Cognito::UserPool', undefined, {}, /^us-east-1_[A-Za-z0-9]{9}$/],
  ['AWS::Cognito::UserPool', 'ProviderName', {}, /^cognito-idp\.us-east-1\.amazonaws\.com\/us-east-1_[A-Za-z0-9]{9}$/],
  ['AWS::S3::Bucket', 'WebsiteURL', { BucketName: 'site' }, 'http://site.s3-website-us-east-1.amazonaws.com'],
  [
    'AWS::ECR::Repository',
    'RepositoryUri',
    { RepositoryName: 'web' },
    '111111111111.dkr.ecr.us-east-1.amazonaws.com/web',
  ],
  [
    'AWS::SecretsManager::Secret',
    undefined,
    { Name: 'token' },
    /^arn:aws:secretsmanager:us-east-1:111111111111:secret:token-[A-Za-z0-9]{6}$/,
  ],
  [
    'AWS::EC2::VPCEndpoint',
    'DnsEntries',
    { ServiceName: 'com.amazonaws.us-east-1.ssm' },
    [/^Z[A-Z0-9]{13}:vpce-[0-9a-f]{17}-[a-z0-9]{8}\.ssm\.us-east-1\.vpce\.amazonaws\.com$/],
  ],
  ['AWS::Route53::HostedZone', 'NameServers', { Name: 'example.com' }, [/^ns-\d+\.awsdns-\d+\.com$/]],
  [
    'AWS::EKS::Cluster',
    'OpenIdConnectIssuerUrl',
    {},
    /^https:\/\/oidc\.eks\.us-east-1\.amazonaws\.com\/id\/[0-9A-F]{32}$/,
  ],
] as const)('%s %s', (type, attribute, properties, expected) => {
  const value = made(type, attribute, properties);
  const [one, wanted] = Array.isArray(expected) ? [(value as unknown[])[0], expected[0]] : [value, expected];
  if (wanted instanceof RegExp) expect(one).toMatch(wanted);
  else expect(one).toBe(wanted);
});

test('every attribute of every published type has a value, the same in every run', () => {
  const resources = [...loadAwsServiceSpecSync().all('resource')];
  expect(resources.length).toBeGreaterThan(1000);
  const missing = resources.flatMap(({ cloudFormationType: type, attributes }) =>
    Object.keys(attributes)
      .filter((attribute) => {
        const value = made(type, attribute);
        return value === undefined || JSON.stringify(value) !== JSON.stringify(made(type, attribute));
      })
      .map((attribute) => `${type}.${attribute}`),
  );
  expect(missing).toEqual([]);
});

/** Examples that are not of the type's usual form, or are cut off in the documentation. */
const ODD = /^AWS::(AmazonMQ::Configuration|Events::EventBus|Logs::LogGroup|MediaConvert::.*|Transfer::Profile)\./;

test('an ARN or an address has as many parts as the example of AWS’s documentation', () => {
  const wrong: string[] = [];
  let compared = 0;
  const parts = (text: string): number => text.split(/[:/]/).length;
  for (const { cloudFormationType: type, attributes } of loadAwsServiceSpecSync().all('resource'))
    for (const [attribute, { documentation = '' }] of Object.entries(attributes)) {
      const example = [...documentation.matchAll(/`([^`]+)`/g)]
        .map(([, text = '']) => text.replace(/\s*\*\s*/g, '').trim())
        .find((text) => /^(arn:[^\s{]+|[a-z+]+:\/\/[^\s{]+)$/.test(text));
      const value = made(type, attribute, { StateMachineArn: 'arn:aws:states:us-east-1:1:stateMachine:m' });
      if (example === undefined || typeof value !== 'string' || ODD.test(`${type}.`)) continue;
      if (unknownIn(value) !== undefined) continue;
      compared++;
      if (parts(value) !== parts(example)) wrong.push(`${type}.${attribute}: ${value} for ${example}`);
    }
  expect(compared).toBeGreaterThan(150);
  expect(wrong.filter((one) => !one.startsWith('AWS::StepFunctions::StateMachineAlias'))).toEqual([]);
});

test('the parts of one resource fit each other', () => {
  const table = made('AWS::DynamoDB::Table', 'StreamArn', {}) as string;
  expect(table.startsWith(`${made('AWS::DynamoDB::Table', 'Arn') as string}/stream/`)).toBe(true);
  const pool = made('AWS::Cognito::UserPool') as string;
  expect(made('AWS::Cognito::UserPool', 'Arn')).toBe(`arn:aws:cognito-idp:us-east-1:111111111111:userpool/${pool}`);
  const queue = made('AWS::SQS::Queue') as string;
  expect(queue.endsWith(`/${made('AWS::SQS::Queue', 'QueueName') as string}`)).toBe(true);
});
