import * as fs from 'node:fs';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import { Credentials, sessionPrincipal } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { signedHeaders } from '../../engine/gateway/sign';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { AwsCredentials } from '../../engine/ports/principal';
import { Permissions } from '../../engine/rehearsal/permissions';
import { deployAll } from '../iam/deployed-app';

// Who may ask the gateway: a web page, another user, a build that lives and one that has ended. The handlers record what reaches them.
const ACCOUNT = '111111111111';
const REGION = 'ap-northeast-2';
const credentials = new Credentials('tester');
const reached: AwsRequest[] = [];
const handler = (request: AwsRequest) => (reached.push(request), { status: 200, body: 'answered' });
const allow = (Action: string, ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource });
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const trusted = (Principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }],
});
const role = (RoleName: string, Statement: object, AssumeRolePolicyDocument: object) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument,
    Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement } }],
  },
});
const builds = trusted({ Service: 'codebuild.amazonaws.com' });
const template = {
  Resources: {
    Build: role('build', allow('codepipeline:*', '*'), builds),
    Deployer: role(
      'deployer',
      allow('sts:AssumeRole', roleArn('imported'), roleArn('cdk-*'), roleArn('target')),
      builds,
    ),
    Target: role('target', allow('s3:*', '*'), trusted({ AWS: roleArn('deployer') })),
    Bare: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'bare', AssumeRolePolicyDocument: builds } },
  },
};
const said: string[] = [];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-gateway-'));
let gateway: AwsGateway;
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

beforeAll(async () => {
  const ledger = await deployAll([{ name: 'small', account: ACCOUNT, region: REGION, template }]);
  const permissions = new Permissions(ledger, 'enforce', {
    file: path.join(folder, 'permissions.jsonl'),
    roles: path.join(folder, 'roles.jsonl'),
    emit: (event) => void (event.kind === 'message' && said.push(event.text)),
  });
  gateway = new AwsGateway({
    credentials,
    authorize: permissions.authorize,
    handlers: new Map(['codepipeline', 'cloudformation', 'sts', 's3'].map((name) => [name, handler])),
  });
  url = await gateway.listen();
});
beforeEach(() => (reached.length = 0));
afterAll(async () => {
  await gateway.close();
  fs.rmSync(folder, { recursive: true });
});

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
  reached.length = 0;
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

test('what nobody here knows of a role in a stack is said, and approves nothing', async () => {
  said.length = 0;
  const build = keys('bare', 'small:2');
  expect((await ask(CREATE, build)).status).toBe(200);
  expect(said).toEqual([expect.stringMatching(/is not judged: no stack here attaches a policy to it/)]);
  reached.length = 0;
  expect((await ask(APPROVE, build)).text).toContain('AccessDenied');
  expect(reached).toEqual([]);
});

test('a role assumes what its policies name and what trusts it', async () => {
  const build = keys('deployer', 'small:4');
  for (const name of ['imported', 'target', `cdk-hnb659fds-deploy-role-${ACCOUNT}-${REGION}`])
    expect((await ask(assume(name), build)).status).toBe(200);
  expect((await ask(assume('build'), build)).text).toContain('sts:AssumeRole');
  expect((await ask(assume('target'), keys('build', 'small:5'))).status).toBe(403);
});

test('a role is judged by the name that is answered: behind padding, of two, under another protocol', async () => {
  const { service, form } = assume('build');
  const imported = keys('imported', 'small:6');
  expect((await ask({ service, form: `Padding=${'a'.repeat(5000)}&${form}` }, imported)).status).toBe(403);
  const deployer = keys('deployer', 'small:7');
  const allowed = encodeURIComponent(`arn:aws:iam::${ACCOUNT}:role/target`);
  expect((await ask({ service, form: `${form}&RoleArn=${allowed}` }, deployer)).status).toBe(403);
  const asCbor = await ask({ service, form, target: 'AssumeRole' }, deployer, { 'smithy-protocol': 'rpc-v2-cbor' });
  expect(asCbor.text).toContain('is not authorized to perform: sts:AssumeRole');
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
