import * as http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { functionCode, functionText } from '../../lib/inline-resource';

/** What a function sends and is sent: one server is S3 and CloudFormation's answer address at once. */
const received: { method: string; url: string; body: string }[] = [];
/** Answers by what the address holds. */
let answers: Record<string, () => string>;
const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '' } = request;
    received.push({ method, url, body: Buffer.concat(chunks).toString('utf8') });
    response.end(Object.entries(answers).find(([part]) => url.includes(part))?.[1]() ?? '');
  });
});
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: address(),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void (received.length = 0));
const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Runs a function as Lambda does, with an event of CloudFormation. @returns what it answers CloudFormation */
async function run(
  name: Parameters<typeof functionCode>[0],
  RequestType: 'Create' | 'Update' | 'Delete',
  load: (module: string) => unknown = createRequire(__filename),
): Promise<Record<string, string>> {
  const module = { exports: {} as { handler?: (event: unknown) => Promise<void> } };
  new Function('require', 'exports', functionCode(name))(load, module.exports);
  await module.exports.handler?.({
    RequestType,
    ResponseURL: `${address()}/answer`,
    StackId: 's',
    RequestId: 'r',
    LogicalResourceId: 'l',
    ResourceProperties: { BucketName: 'target', DefaultSecurityGroupId: 'target' },
  });
  const answer = received.filter(({ url }) => url === '/answer');
  expect(answer).toHaveLength(1);
  return JSON.parse(answer[0]?.body ?? '{}') as Record<string, string>;
}

describe('empty-bucket', () => {
  const version = '<Version><Key>index.html</Key><VersionId>v1</VersionId></Version>';
  const marker = '<DeleteMarker><Key>old.html</Key><VersionId>m1</VersionId></DeleteMarker>';
  const listing = (content: string): string => `<ListVersionsResult>${content}</ListVersionsResult>`;

  test('deletes every version and marker, page by page, when the stack is deleted', async () => {
    const pages = [listing(version + marker), listing(version), listing('')];
    answers = { versions: () => pages.shift() ?? '', delete: () => '<DeleteResult></DeleteResult>' };
    expect(await run('empty-bucket', 'Delete')).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'target' });
    const deletions = received.filter(({ method }) => method === 'POST');
    expect(deletions.map(({ body }) => [...body.matchAll(/<VersionId>(\w+)/g)].map(([, id]) => id))).toEqual([
      ['v1', 'm1'],
      ['v1'],
    ]);
  });

  test('tells CloudFormation what it could not delete', async () => {
    answers = {
      versions: () => listing(version),
      delete: () => '<DeleteResult><Error><Key>index.html</Key><Message>Access Denied</Message></Error></DeleteResult>',
    };
    expect(await run('empty-bucket', 'Delete')).toMatchObject({
      Status: 'FAILED',
      Reason: 'Error: index.html: Access Denied',
    });
  });

  test('touches nothing when the bucket is made or changed', async () => {
    for (const type of ['Create', 'Update'] as const) {
      answers = {};
      received.length = 0;
      expect(await run('empty-bucket', type)).toMatchObject({ Status: 'SUCCESS' });
      expect(received).toHaveLength(1);
    }
  });
});

describe('close-security-group (the EC2 client is a recording stand-in)', () => {
  const calls: [string, object][] = [];
  const command = (name: string) =>
    class {
      constructor(readonly input: object) {
        calls.push([name, input]);
      }
    };
  const rules = [
    { SecurityGroupRuleId: 'sgr-in', IsEgress: false },
    { SecurityGroupRuleId: 'sgr-out', IsEgress: true },
  ];
  const load = (): unknown => ({
    EC2Client: class {
      send = async (): Promise<object> => ({ SecurityGroupRules: rules });
    },
    DescribeSecurityGroupRulesCommand: command('describe'),
    RevokeSecurityGroupIngressCommand: command('revoke ingress'),
    RevokeSecurityGroupEgressCommand: command('revoke egress'),
  });

  test('takes every rule off, both ways, and leaves the group alone when the stack is deleted', async () => {
    answers = {};
    expect(await run('close-security-group', 'Create', load)).toMatchObject({ Status: 'SUCCESS' });
    expect(calls.slice(1)).toEqual([
      ['revoke ingress', { GroupId: 'target', SecurityGroupRuleIds: ['sgr-in'] }],
      ['revoke egress', { GroupId: 'target', SecurityGroupRuleIds: ['sgr-out'] }],
    ]);
    calls.length = 0;
    received.length = 0;
    expect(await run('close-security-group', 'Delete', load)).toMatchObject({ Status: 'SUCCESS' });
    expect(calls).toEqual([]);
  });
});

describe('days-to-expiry (the ACM client is a stand-in)', () => {
  const CERTIFICATE = 'arn:aws:acm:us-east-1:333333333333:certificate/00000000-0000-0000-0000-000000000000';

  /** What the function writes into its log, where ACM answers this. */
  async function days(answer: () => object): Promise<{ line: any; asked: object[] }> {
    const asked: object[] = [];
    const load = (): unknown => ({
      ACMClient: class {
        constructor(options: object) {
          asked.push(options);
        }
        send = async (): Promise<object> => answer();
      },
      DescribeCertificateCommand: class {
        constructor(input: object) {
          asked.push(input);
        }
      },
    });
    const module = { exports: {} as { handler?: () => Promise<void> } };
    const written: string[] = [];
    const stdout = { write: (text: string) => written.push(text) };
    const process = { env: { CERTIFICATE, NAMESPACE: 'saiondo-prod' }, stdout };
    new Function('require', 'exports', 'process', functionText('days-to-expiry'))(load, module.exports, process);
    await module.exports.handler?.();
    expect(written).toHaveLength(1);
    return { line: JSON.parse(written[0] ?? ''), asked };
  }

  test('asks the certificate’s own region, and writes a metric that CloudWatch takes out of the log', async () => {
    const { line, asked } = await days(() => ({ Certificate: { NotAfter: new Date(Date.now() + 45.5 * 86_400_000) } }));
    expect(asked).toEqual([{ region: 'us-east-1' }, { CertificateArn: CERTIFICATE }]);
    expect(line).toMatchObject({ CertificateArn: CERTIFICATE, DaysToExpiry: 45 });
    expect(line._aws.CloudWatchMetrics).toEqual([
      { Namespace: 'saiondo-prod', Dimensions: [['CertificateArn']], Metrics: [{ Name: 'DaysToExpiry' }] },
    ]);
    expect(Math.abs(line._aws.Timestamp - Date.now())).toBeLessThan(60_000);
  });

  test('what cannot be read, or was never issued, counts as ended', async () => {
    const gone = await days(() => {
      throw Object.assign(new Error('Could not find certificate'), { name: 'ResourceNotFoundException' });
    });
    expect(gone.line).toMatchObject({
      DaysToExpiry: 0,
      reason: 'ResourceNotFoundException: Could not find certificate',
    });
    const pending = await days(() => ({ Certificate: { Status: 'PENDING_VALIDATION' } }));
    expect(pending.line).toMatchObject({ DaysToExpiry: 0, reason: 'it is PENDING_VALIDATION' });
  });
});
