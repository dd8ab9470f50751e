import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { startMoto } from '../../engine/endpoint/moto';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { ZipFile } from 'yazl';
import { stsHandler } from '../../engine/gateway/sts';
import { ensureAwsTools } from '../../engine/endpoint/aws-tools';
import { Credentials } from '../../engine/gateway/credentials';
import { AwsGateway } from '../../engine/gateway/gateway';
import { type AwsHandler, type AwsResponse } from '../../engine/ports/aws-request';
import { connect, type OperationName } from '../../operator/aws';
import { awsConnection } from '../../operator/credentials';
import { checkAccounts } from '../../operator/doctor/accounts';
import { checkPermissions } from '../../operator/doctor/permissions';
import { judgeDeployed } from '../../engine/iam/judgement/judge-deployed';
import { checkQuotas } from '../../operator/doctor/quotas';
import { checkValue } from '../../operator/doctor/secrets';
import { s3Artifacts } from '../../operator/promotion/s3-artifacts';

// moto answers as AWS does, behind the rehearsal's front; the credentials are found in the environment and roles are really assumed.
const ROOT = path.join(__dirname, '../..');
const region = 'eu-west-1';
const home = { account: '111111111111', region };
const dev = { account: '222222222222', region };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-doctor-'));
const services = new ServiceRegistry(folder);
let gateway: AwsGateway;
const made = new Credentials();
let endpoint: string;

const settings = (account?: string) => ({
  endpoint,
  region,
  credentials: made.person(account ?? '123456789012'),
});
const aws = <Names extends OperationName>() => connect<Names>(awsConnection({ home, endpoint }));

beforeAll(async () => {
  const { bin } = await ensureAwsTools(path.join(ROOT, '.saiondo/tools'));
  const upstream = await startMoto(services, bin, folder);
  gateway = new AwsGateway({
    credentials: made,
    upstream: () => upstream,
    handlers: new Map<string, AwsHandler>([
      ['sts', stsHandler(made)],
      // moto does not list applied quotas: two pages in the service's own protocol.
      ['servicequotas', ({ body }) => quotas(body.toString('utf8'))],
      // moto gives dates of projects and pipelines as texts, which the SDK does not take.
      ['codebuild', () => projects()],
      ['codepipeline', ({ body }) => pipelineNamed(body.toString('utf8'))],
    ]),
  });
  endpoint = await gateway.listen();
  const { accessKeyId, secretAccessKey } = made.person(home.account);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
}, 300_000);
afterAll(async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  await gateway.close();
  await services.stopAll();
  fs.rmSync(folder, { recursive: true, force: true });
});

function quotas(body: string): AwsResponse {
  const { NextToken } = JSON.parse(body) as { NextToken?: string };
  const page = NextToken
    ? { Quotas: [{ QuotaName: 'VPCs per Region', QuotaCode: 'L-F678F1CE', Value: 5 }] }
    : { Quotas: [{ QuotaName: 'Subnets per VPC', QuotaCode: 'L-407747CB', Value: 200 }], NextToken: 'more' };
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(page) };
}

/** The pipeline that is deployed, as GetPipeline gives it. */
let deployed: object | undefined;
function pipelineNamed(body: string): AwsResponse {
  const { name } = JSON.parse(body) as { name: string };
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return name === 'shop'
    ? { status: 200, headers, body: JSON.stringify({ pipeline: deployed }) }
    : { status: 400, headers, body: JSON.stringify({ __type: 'PipelineNotFoundException', message: name }) };
}

function projects(): AwsResponse {
  const project = {
    name: 'shop-test',
    serviceRole: `arn:aws:iam::${home.account}:role/shop-test`,
    source: { type: 'CODEPIPELINE' },
    artifacts: { type: 'CODEPIPELINE' },
    environment: { type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL' },
    created: 1_760_000_000,
  };
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return { status: 200, headers, body: JSON.stringify({ projects: [project] }) };
}

const put = (account: string, Name: string, Value: string) =>
  new SSMClient(settings(account)).send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));

test('an account that is not bootstrapped gets the command that fixes it; another’s has to trust the pipeline’s', async () => {
  const before = await checkAccounts(aws(), home, [dev]);
  expect(before.signedIn).toBe(true);
  expect(before.findings.map((one) => [one.check, one.status])).toEqual([
    ['credentials', 'ok'],
    ['bootstrap', 'error'],
    ['bootstrap', 'error'],
  ]);
  expect(before.findings[2]?.fix).toContain('npx cdk bootstrap aws://222222222222/eu-west-1 --trust 111111111111');
  await put(home.account, '/cdk-bootstrap/hnb659fds/version', '3');
  await put(dev.account, '/cdk-bootstrap/hnb659fds/version', '30');
  const trusting = (account: string) =>
    JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: account } }] });
  await new IAMClient(settings(dev.account)).send(
    new CreateRoleCommand({
      RoleName: `cdk-hnb659fds-deploy-role-${dev.account}-${region}`,
      AssumeRolePolicyDocument: trusting('999999999999'),
    }),
  );
  const after = await checkAccounts(aws(), home, [dev]);
  expect(after.findings.map((one) => one.text)).toEqual([
    expect.stringContaining('signed in as'),
    'aws://111111111111/eu-west-1: version 3; 8 or newer is needed',
    'aws://222222222222/eu-west-1: version 30',
    `cdk-hnb659fds-deploy-role-222222222222-eu-west-1 does not trust 111111111111`,
  ]);
});

test('credentials of another account are an error', async () => {
  const { findings } = await checkAccounts(aws(), { ...home, account: '333333333333' }, []);
  expect(findings[0]).toMatchObject({
    status: 'error',
    text: expect.stringContaining('the pipeline is in 333333333333'),
  });
});

test.each([
  ['absent', undefined, 'error', 'is not there'],
  ['a placeholder', '{"privateKey": "CHANGE_ME"}', 'error', 'holds a placeholder in `privateKey`'],
  ['without its key', '{"other": "x"}', 'error', 'has no key `privateKey`'],
  ['no JSON', 'x', 'error', 'is not JSON'],
  ['right', '{"privateKey": "0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63"}', 'ok', 'is there'],
])('a secret that is %s', async (title, value, status, text) => {
  const name = `shop/dev/${title.replaceAll(' ', '-')}`;
  if (value !== undefined)
    await new SecretsManagerClient(settings(dev.account)).send(
      new CreateSecretCommand({ Name: name, SecretString: value }),
    );
  const [finding] = await checkValue(aws(), { place: dev, kind: 'secret', name, keys: ['privateKey'] });
  expect(finding).toMatchObject({ status, text: expect.stringContaining(text) });
  expect(JSON.stringify(finding)).not.toContain('0x8f2a');
});

test('a parameter that is a placeholder', async () => {
  await put(dev.account, '/shop/dev/url', 'TODO');
  const [finding] = await checkValue(aws(), { place: dev, kind: 'parameter', name: '/shop/dev/url', keys: [] });
  expect(finding).toMatchObject({ status: 'error', fix: expect.stringContaining('put-parameter --overwrite') });
});

test('a quota that is too low gets the command that raises it; one that AWS does not list is not known', async () => {
  const need = { place: home, service: 'vpc', quota: 'VPCs per Region', why: 'the stacks' };
  const found = await checkQuotas(aws(), [
    { ...need, needed: 1 },
    { ...need, needed: 500 },
    { ...need, quota: 'No such quota', needed: 1 },
  ]);
  expect(found.map((one) => one.status)).toEqual(['ok', 'error', 'unknown']);
  expect(found[1]?.fix).toContain('--quota-code L-F678F1CE --desired-value 500');
});

test('an artifact in S3 is read out of its zip, and only what is wanted', async () => {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('{"api":"1"}'), 'images.json');
  zip.addBuffer(Buffer.from('x'.repeat(100)), 'assembly-Dev/other.json');
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  const s3 = new S3Client({ ...settings(home.account), forcePathStyle: true });
  await s3.send(
    new CreateBucketCommand({ Bucket: 'artifacts', CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  await s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'shop/Synth/1', Body: Buffer.concat(chunks) }));
  const reader = s3Artifacts(aws<'getObject'>()());
  const at = { executionId: 'e', name: 'Synth', bucket: 'artifacts', key: 'shop/Synth/1' };
  expect([...((await reader.read(at, (file) => file === 'images.json')) ?? [])]).toEqual([
    ['images.json', '{"api":"1"}'],
  ]);
  expect(await reader.read({ ...at, key: 'gone' }, () => true)).toBeUndefined();
});

describe('permissions', () => {
  const pipeline = (roleArn: string, project: string) => ({
    name: 'shop',
    roleArn,
    artifactStore: { type: 'S3' as const, location: 'shop-artifacts' },
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'App',
            actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
            configuration: {
              ConnectionArn: `arn:aws:codestar-connections:${region}:${home.account}:connection/1`,
              FullRepositoryId: 'acme/shop',
              BranchName: 'main',
            },
            outputArtifacts: [{ name: 'Source' }],
          },
        ],
      },
      {
        name: 'Build',
        actions: [
          {
            name: 'Test',
            actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
            configuration: { ProjectName: project },
            inputArtifacts: [{ name: 'Source' }],
          },
        ],
      },
    ],
  });
  const trust = (Service: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
    });
  const allow = (...Action: string[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });
  const roleArn = `arn:aws:iam::${home.account}:role/shop-pipeline`;

  beforeAll(async () => {
    const iam = new IAMClient(settings(home.account));
    await new S3Client({ ...settings(home.account), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'shop-artifacts', CreateBucketConfiguration: { LocationConstraint: region } }),
    );
    for (const [RoleName, service] of [
      ['shop-pipeline', 'codepipeline.amazonaws.com'],
      ['shop-test', 'codebuild.amazonaws.com'],
    ] as const)
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(service) }));
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'shop-artifacts', PolicyDocument: allow('s3:*') }),
    );
    for (const RoleName of ['shop-pipeline', 'shop-test'])
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'shop-pipeline',
        PolicyName: 'builds',
        PolicyDocument: allow('codebuild:BatchGetBuilds', 'codestar-connections:UseConnection'),
      }),
    );
    await iam.send(
      new PutRolePolicyCommand({ RoleName: 'shop-test', PolicyName: 'log', PolicyDocument: allow('logs:*') }),
    );
    deployed = pipeline(roleArn, 'shop-test');
  });

  const checked = () => checkPermissions(aws(), home, 'shop', judgeDeployed);

  test('what the pipeline’s role lacks for a call that is to come is named with the statement; a managed policy is read too', async () => {
    const found = await checked();
    const [denied, ...others] = found.filter((one) => one.status === 'error');
    expect(others).toEqual([]);
    expect(denied?.text).toContain('Build/Test: ');
    expect(denied?.text).toContain('is not authorized to perform: codebuild:StartBuild on resource');
    expect(denied?.text).toContain('because no identity-based policy allows the codebuild:StartBuild action');
    expect(denied?.fix).toContain('"Action":"codebuild:StartBuild"');
    expect(found.map((one) => one.text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/role\/shop-test: \d+ calls of the pipeline are allowed/)]),
    );
  });

  test('a boundary and a bucket policy count, and what is mended is found no more', async () => {
    const iam = new IAMClient(settings(home.account));
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'shop-pipeline',
        PolicyName: 'start',
        PolicyDocument: allow('codebuild:StartBuild'),
      }),
    );
    expect((await checked()).filter((one) => one.status === 'error')).toEqual([]);
    const s3 = new S3Client({ ...settings(home.account), forcePathStyle: true });
    const deny = { Effect: 'Deny', Action: 's3:PutObject', Resource: 'arn:aws:s3:::shop-artifacts/*', Principal: '*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'shop-artifacts', Policy }));
    const texts = (await checked()).filter((one) => one.status === 'error').map((one) => one.text);
    expect(texts).toEqual([expect.stringContaining('with an explicit deny in a resource-based policy')]);
  });

  test('a role that cannot be read is said, and its calls are neither allowed nor denied', async () => {
    deployed = pipeline(`arn:aws:iam::${home.account}:role/gone`, 'shop-test');
    const found = await checked();
    expect(found[0]).toMatchObject({
      status: 'unknown',
      text: expect.stringMatching(/^the role arn:.*:role\/gone could not be read: .*gone/),
    });
    expect(found.filter((one) => one.text.startsWith(`arn:aws:iam::${home.account}:role/gone: `))).toEqual([]);
  });

  test('without a pipeline nothing is judged', async () => {
    expect(await checkPermissions(aws(), home, 'none', judgeDeployed)).toEqual([]);
  });
});
