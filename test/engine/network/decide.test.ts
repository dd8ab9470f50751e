import { decide, type Asked } from '../../../engine/network/decide';
import { isAwsHost, isResourceHost } from '../../../engine/network/aws-hosts';
import { isPublicDownload } from '../../../engine/network/public-downloads';

const tls = (name: string | undefined, serverName: string | undefined = name, port = 443): Asked => ({
  ...(name === undefined ? {} : { name }),
  address: '198.18.1.0',
  port,
  opening: { kind: 'tls', ...(serverName === undefined ? {} : { serverName }) },
});

test.each([
  'sts.us-west-2.amazonaws.com',
  'sts.amazonaws.com',
  'STS.US-EAST-1.AMAZONAWS.COM.',
  'bucket.s3.amazonaws.com',
  'bucket.with.dots.s3.eu-west-1.amazonaws.com',
  's3.dualstack.eu-west-1.amazonaws.com',
  'sts-fips.us-east-1.amazonaws.com',
  '111111111111.dkr.ecr.us-east-1.amazonaws.com',
  'api.ecr.us-east-1.amazonaws.com',
  'sqs.us-east-1.api.aws',
  'ec2.us-east-1.api.aws',
  'abc.lambda-url.us-east-1.on.aws',
  'sts.cn-north-1.amazonaws.com.cn',
  's3.dualstack.cn-north-1.amazonaws.com.cn',
  'sts.eusc-de-east-1.amazonaws.eu',
  'rds.us-east-1.amazonaws.com',
])('%s is answered by the rehearsal', (host) => {
  expect(decide(tls(host))).toMatchObject({ kind: 'local', tls: true });
});

test.each([
  'registry.npmjs.org',
  'pypi.org',
  'amazonaws.com.example.org',
  'notamazonaws.com',
  'docs.aws.amazon.com',
  'public.ecr.aws',
])('%s is passed on by its name', (host) => {
  expect(decide(tls(host))).toEqual({ kind: 'pass', host, port: 443 });
});

test.each([
  ['in TLS, behind another name', tls('registry.npmjs.org', 'sts.us-east-1.amazonaws.com')],
  ['in TLS, behind an address', tls(undefined, 'sts.us-east-1.amazonaws.com')],
  ['resolved, behind another name in TLS', tls('sts.us-east-1.amazonaws.com', 'example.org')],
  ['resolved, with no name in TLS', { ...tls('sts.us-east-1.amazonaws.com'), opening: { kind: 'tls' } } as Asked],
  [
    'in HTTP',
    { address: '1.2.3.4', port: 80, opening: { kind: 'http', host: 'sts.us-east-1.amazonaws.com' } } as Asked,
  ],
])('a name of AWS counts %s', (_where, asked) => {
  expect(decide(asked)).toMatchObject({ kind: 'local', host: 'sts.us-east-1.amazonaws.com' });
});

test.each([
  ['instance metadata', { address: '169.254.169.254', port: 80, opening: { kind: 'http', host: '169.254.169.254' } }],
  ['container credentials', { address: '169.254.170.2', port: 80, opening: { kind: 'other' } }],
  ['an address', { address: '1.2.3.4', port: 443, opening: { kind: 'tls' } }],
  ['an address in HTTP', { address: '1.2.3.4', port: 80, opening: { kind: 'http', host: '1.2.3.4' } }],
  ['DNS over TCP elsewhere', { address: '8.8.8.8', port: 53, opening: { kind: 'other' } }],
  [
    'git over SSH',
    { name: 'git-codecommit.us-east-1.amazonaws.com', address: '198.18.1.0', port: 22, opening: { kind: 'other' } },
  ],
  [
    'a database',
    { name: 'db.abc.us-east-1.rds.amazonaws.com', address: '198.18.1.0', port: 5432, opening: { kind: 'other' } },
  ],
  ['a load balancer', tls('web-1.us-east-1.elb.amazonaws.com')],
] as [string, Asked][])('%s is refused', (_what, asked) => {
  expect(decide(asked)).toMatchObject({ kind: 'refuse' });
});

test('an address that the person’s settings name is passed on', () => {
  expect(
    decide({ address: '10.0.0.5', port: 8081, trusted: true, opening: { kind: 'http', host: '10.0.0.5' } }),
  ).toEqual({ kind: 'pass', host: '10.0.0.5', port: 8081 });
});

test('a host of AWS is known by its domain, not by what its name holds', () => {
  expect(isAwsHost('amazonaws.com.evil.org')).toBe(false);
  expect(isAwsHost('myamazonaws.com')).toBe(false);
  expect(isResourceHost('elasticloadbalancing.us-east-1.amazonaws.com')).toBe(false);
  expect(isResourceHost('elb.us-east-1.amazonaws.com')).toBe(false);
});

describe('a public download', () => {
  const file = { host: 'awscli.amazonaws.com', method: 'GET', url: '/awscli-exe-linux-x86_64.zip', headers: {} };
  test('is got without a name', () => expect(isPublicDownload(file)).toBe(true));
  test.each([
    ['signed', { ...file, headers: { authorization: 'AWS4-HMAC-SHA256 …' } }],
    ['with a session', { ...file, headers: { 'x-amz-security-token': 'x' } }],
    ['presigned', { ...file, url: '/x?X-Amz-Signature=1' }],
    ['sent', { ...file, method: 'PUT' }],
    ['of another host', { ...file, host: 'bucket.s3.amazonaws.com' }],
    ['of another bucket', { ...file, host: 's3.amazonaws.com', url: '/mine/x' }],
    ['of another bucket by dots', { ...file, host: 's3.amazonaws.com', url: '/aws-cli/../mine/x' }],
  ])('is none when it is %s', (_how, request) => expect(isPublicDownload(request)).toBe(false));
});
