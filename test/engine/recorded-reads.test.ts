import { recordedOf } from '../../engine/api/deployed/recorded-reads';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { DeployedStack } from '../../engine/ports/ledger';

const resource = (type: string, physicalId: string, standing: string) => ({
  ...{ type, physicalId, standing },
  attributes: {},
});
const stack = {
  ...{ account: '111111111111', region: 'eu-west-1', stackName: 'site' },
  resources: {
    Site: resource('AWS::S3::Bucket', 'shop-site', 'real'),
    Policy: resource('AWS::S3::BucketPolicy', 'shop-site', 'recorded'),
  },
} as unknown as DeployedStack;
const get = (url: string): AwsRequest =>
  ({
    ...{ account: '111111111111', region: 'eu-west-1', service: 's3', operation: '', method: 'GET', headers: {}, url },
    ...{ principal: { kind: 'person', account: '111111111111' }, body: Buffer.from('') },
  }) as unknown as AwsRequest;

test.each([
  ['/shop-site/index.html', 0],
  ['/shop-site?list-type=2&prefix=assets', 0],
  ['/shop-site?policy', 1],
  ['/shop-site?x-id=a&policy', 1],
])('a bucket that is here is answered, and its policy, which is only recorded, is not: %s', (url, refused) => {
  expect(recordedOf(get(url), [stack])).toHaveLength(refused);
});

const recorded = {
  ...stack,
  resources: {
    Alarm: resource('AWS::CloudWatch::Alarm', 'shop-5xx', 'recorded'),
    Role: resource('AWS::IAM::Role', 'shop-task', 'recorded'),
    Zone: resource('AWS::Route53::HostedZone', 'Z1', 'recorded'),
    Network: resource('AWS::EC2::VPC', 'vpc-1', 'recorded'),
  },
} as unknown as DeployedStack;
const query = (service: string, Action: string, more: Record<string, string> = {}): AwsRequest => ({
  ...get('/'),
  ...{ service, operation: Action, method: 'POST' },
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Buffer.from(new URLSearchParams({ Action, ...more }).toString()),
});

test.each<[string, AwsRequest, number]>([
  ['a list by something else', query('monitoring', 'DescribeAlarmsForMetric', { MetricName: 'm' }), 1],
  ['a list', query('iam', 'ListRoles'), 1],
  ['one that is named', query('iam', 'GetRole', { RoleName: 'shop-task' }), 1],
  ['another one than the stacks have', query('iam', 'GetRole', { RoleName: 'another' }), 0],
  ['a list of another kind', query('ec2', 'DescribeVpcEndpoints'), 0],
  ['a list of an address', { ...get('/2013-04-01/hostedzone'), service: 'route53' }, 1],
  ['a list by names, of an address', { ...get('/2013-04-01/hostedzonesbyname'), service: 'route53' }, 1],
])('what only the stacks have is refused in words: %s', (_, request, refused) => {
  expect(recordedOf(request, [recorded])).toHaveLength(refused);
});
