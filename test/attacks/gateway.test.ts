import * as http from 'node:http';
import { Credentials, sessionPrincipal } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { interimPermissions } from '../../engine/gateway/permission';
import { signedHeaders } from '../../engine/gateway/sign';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { StackLedger } from '../../engine/ports/ledger';
import type { AwsCredentials } from '../../engine/ports/principal';

// Who may ask the gateway: a web page, another user, a build that lives and one that has ended. The handlers record what reaches them.
const ACCOUNT = '111111111111';
const REGION = 'ap-northeast-2';
const credentials = new Credentials('tester');
const reached: AwsRequest[] = [];
const handler = (request: AwsRequest) => (reached.push(request), { status: 200, body: 'answered' });
const stack = { stackName: 'small', account: ACCOUNT, region: REGION };
const Statement = ['imported', 'cdk-*'].map((name) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Resource: `arn:aws:iam::${ACCOUNT}:role/${name}`,
}));
const roles = [
  { physicalId: 'build', properties: {}, stack },
  { physicalId: 'deployer', properties: { Policies: [{ PolicyDocument: { Statement } }] }, stack },
];
const ledger = {
  resources: (type: string) => (type === 'AWS::IAM::Role' ? roles : []),
} as unknown as StackLedger;
const gateway = new AwsGateway({
  credentials,
  authorize: interimPermissions(() => ledger),
  handlers: new Map(['codepipeline', 'cloudformation', 'sts', 's3'].map((name) => [name, handler])),
});
const keys = (name: string, id: string) =>
  credentials.issue(sessionPrincipal(`arn:aws:iam::${ACCOUNT}:role/${name}`, id, { kind: 'build', actor: id }));
const APPROVE = { service: 'codepipeline', target: 'CodePipeline_20150709.PutApprovalResult' };
const READ = { service: 'codepipeline', target: 'CodePipeline_20150709.GetPipelineState' };
const CREATE = { service: 'cloudformation', form: 'Action=CreateStack&StackName=evil' };
const assume = (role: string) => ({
  service: 'sts',
  form: `Action=AssumeRole&RoleSessionName=one&RoleArn=${encodeURIComponent(`arn:aws:iam::${ACCOUNT}:role/${role}`)}`,
});
let url = '';

beforeAll(async () => (url = await gateway.listen()));
beforeEach(() => (reached.length = 0));
afterAll(() => gateway.close());

interface Ask {
  readonly service: string;
  readonly target?: string;
  readonly form?: string;
  readonly region?: string;
}

async function ask(what: Ask, by?: AwsCredentials, change: Record<string, string> = {}, path = '/') {
  const body = what.form ?? '{}';
  const headers: Record<string, string> = {
    'content-type': what.form === undefined ? 'application/x-amz-json-1.1' : 'application/x-www-form-urlencoded',
    ...(what.target === undefined ? {} : { 'x-amz-target': what.target }),
  };
  const { service, region = REGION } = what;
  const unsigned = { method: 'POST', endpointUrl: url, path, region, service, headers, body };
  const sent = { ...(by ? await signedHeaders(unsigned, by) : headers), ...change };
  return new Promise<{ status: number; text: string; headers: http.IncomingHttpHeaders }>((done, fail) => {
    const request = http.request(`${url}${path}`, { method: 'POST', headers: sent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => done({ status: response.statusCode ?? 0, text, headers: response.headers }));
    });
    request.on('error', fail).end(body);
  });
}

test('a person approves', async () => {
  expect(await ask(APPROVE, credentials.person(ACCOUNT))).toMatchObject({ status: 200, text: 'answered' });
});

test('a live build reads its pipeline, and approves nothing; only a role that may changes stacks', async () => {
  const build = keys('build', 'small:1');
  expect((await ask(READ, build)).status).toBe(200);
  reached.length = 0;
  const approve = await ask(APPROVE, build);
  expect(approve.status).toBe(400);
  expect(approve.text).toContain('AccessDenied');
  const create = await ask(CREATE, build);
  expect(create.status).toBe(403);
  expect(create.text).toContain('no identity-based policy allows the cloudformation:CreateStack action');
  expect(reached).toEqual([]);
});

test('a role that is in no stack changes no stack, assumes no role that could, and changes no pipeline', async () => {
  const build = keys('imported', 'small:2');
  const created = await ask(CREATE, build);
  expect(created.status).toBe(403);
  expect(created.text).toContain('is in no stack of this rehearsal');
  for (const role of ['build', `cdk-hnb659fds-deploy-role-${ACCOUNT}-${REGION}`])
    expect((await ask(assume(role), build)).status).toBe(403);
  expect((await ask(APPROVE, build)).text).toContain('AccessDenied');
  expect(reached).toEqual([]);
  expect((await ask(assume('elsewhere'), build)).status).toBe(200);
});

test('a role assumes what its policies name, in a stack of this rehearsal or in none', async () => {
  const build = keys('deployer', 'small:4');
  expect((await ask(assume('imported'), build)).status).toBe(200);
  expect((await ask(assume(`cdk-hnb659fds-deploy-role-${ACCOUNT}-${REGION}`), build)).status).toBe(200);
  expect((await ask(assume('other'), build)).text).toContain('sts:AssumeRole');
  expect((await ask(assume('build'), build)).status).toBe(403);
});

test('the key of a build that has ended asks nothing', async () => {
  const build = keys('build', 'small:3');
  credentials.end('small:3');
  expect((await ask(READ, build)).text).toContain('ExpiredToken');
  expect((await ask(CREATE, build)).status).toBe(403);
  expect(reached).toEqual([]);
});

test.each([APPROVE, CREATE])('another user gets nothing: unsigned, made-up or tampered, $service', async (what) => {
  const madeUp = { accessKeyId: 'LSIAQ11111111111100Q', secretAccessKey: 'rehearsal' };
  const { accessKeyId } = credentials.person(ACCOUNT);
  const status = what.service === 'codepipeline' ? 400 : 403;
  expect((await ask(what)).status).toBe(status);
  expect((await ask(what, madeUp)).status).toBe(status);
  expect((await ask(what, { accessKeyId, secretAccessKey: 'guessed' })).status).toBe(status);
  const tampered = { authorization: '' };
  const made = await signedHeaders(
    { method: 'POST', endpointUrl: url, path: '/', region: REGION, service: what.service, headers: {}, body: 'other' },
    credentials.person(ACCOUNT),
  );
  tampered.authorization = made.authorization ?? '';
  const answer = await ask(what, credentials.person(ACCOUNT), tampered);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(reached).toEqual([]);
});

test('a region that is a path is none', async () => {
  const answer = await ask({ ...APPROVE, region: '..' }, credentials.person(ACCOUNT));
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(reached).toEqual([]);
});

test('a page of another origin is refused, no answer has CORS headers, and moto’s administration is not there', async () => {
  const person = credentials.person(ACCOUNT);
  const answers = [
    await ask(APPROVE, person, { origin: 'http://127.0.0.1:8000' }),
    await ask(APPROVE, person, { 'sec-fetch-site': 'same-site' }),
    await ask(APPROVE, person, { host: 'rebound.example' }),
    await ask(READ, undefined, {}, '/moto-api/data.json'),
  ];
  expect(answers.slice(0, 3).map(({ status }) => status)).toEqual([403, 403, 403]);
  expect(answers[3]?.status).toBeGreaterThanOrEqual(400);
  expect(reached).toEqual([]);
  answers.push(await ask(READ, person));
  for (const { headers } of answers)
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});
