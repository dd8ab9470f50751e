import * as http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { functionCode } from '../../lib/inline-resource';

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
