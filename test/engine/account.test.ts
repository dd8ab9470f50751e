import * as fs from 'node:fs';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deleteStack } from '../../engine/cloudformation/deletion';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Template } from '../../engine/cloudformation/template/template';
import { callJson, send } from '../../engine/endpoint/aws-client';
import { RecordedRequests } from '../../engine/endpoint/recorded-requests';
import { signedHeaders } from '../../engine/gateway/sign';
import { runLambdaJob } from '../../engine/codepipeline/actions/lambda-job';
import { lambdaInvokeRule } from '../../engine/codepipeline/rules/lambda-invoke-rule';
import { LocalMachine } from '../../engine/rehearsal/local-machine';
import type { ArtifactFolder } from '../../engine/ports/action';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { DeployedResource, StackLedger } from '../../engine/ports/ledger';
import type { RuleContext } from '../../engine/ports/rule';
import { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';

// What an account has here: what its stacks make, what a bootstrap leaves, what a person gives. The local AWS endpoint runs for real.
const at = { account: '111111111111', region: 'eu-west-1' };
const TOOLS = process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-account-'));
const layout = new Layout(path.join(root, 'state'), TOOLS);
const ledger = new DiskLedger(layout);
let machine: LocalMachine;

beforeAll(async () => {
  machine = await LocalMachine.open({
    layout,
    ledger,
    emit: () => undefined,
    fixtures: { processes: [], parameters: [], secrets: [] },
    inputs: {
      parameters: {},
      parameterStore: { '/shop/zone': 'example.com' },
      secrets: { sonar: '{"token":"t-123456"}' },
    },
    withoutContainers: true,
    isolation: 'none',
  });
}, 300_000);
afterAll(async () => {
  await machine?.close();
  fs.rmSync(root, { recursive: true, force: true });
});

const host = () => ({ ledger, provisioners: machine.provisioners, emit: () => undefined, environment: 'test' });

async function deployed(stackName: string, resources: Record<string, unknown>): ReturnType<typeof deploy> {
  const template = { Resources: resources } as unknown as Template;
  const request = { ...at, stackName, template, file: 'template.yaml', parameters: {}, tags: {} };
  return deploy(computeChangeSet(request, ledger), host());
}

function ask(service: string, target: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
  return callJson(machine, at.account, at.region, service, target, body);
}

test('what a stack makes is at the endpoint under its name, and goes with the stack', async () => {
  const result = await deployed('shop', {
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'items',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
    Topic: { Type: 'AWS::SNS::Topic' },
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop/web' } },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'clicks', ShardCount: 1 } },
  });
  expect(result.status).toBe('CREATE_COMPLETE');
  const standing = Object.values(ledger.get(at.account, at.region, 'shop')?.resources ?? {});
  expect(standing.map(({ logicalId, standing: how }) => `${logicalId} ${how}`).sort()).toEqual([
    'Bus real',
    'Logs real',
    'Queue real',
    'Stream real',
    'Table real',
    'Topic real',
  ]);
  await ask('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 'items', Item: { id: { S: '1' } } });
  const { QueueUrl } = await ask('sqs', 'AmazonSQS.GetQueueUrl', { QueueName: 'orders' });
  expect(String(QueueUrl)).toMatch(/\/111111111111\/orders$/);
  await deleteStack({ ...at, stackName: 'shop' }, host());
  await expect(ask('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: 'items' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
}, 180_000);

test('a person’s parameters and secrets are there, in every account and region', async () => {
  expect(await machine.parameter('222222222222', 'us-east-1', '/shop/zone')).toBe('example.com');
  expect(await machine.secret(at.account, at.region, 'sonar:token')).toBe('t-123456');
  const read = await ask('secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: 'sonar' });
  expect(read.SecretString).toBe('{"token":"t-123456"}');
  expect(machine.secrets.clean('the token is t-123456')).not.toContain('t-123456');
});

test('a bootstrap has its repository of images, whatever the qualifier', async () => {
  const repositoryName = 'cdk-acme-container-assets-333333333333-eu-west-1';
  const found = await callJson<{ repositories: { repositoryName: string }[] }>(
    machine,
    '333333333333',
    at.region,
    'ecr',
    'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories',
    { repositoryNames: [repositoryName] },
  );
  expect(found.repositories.map((one) => one.repositoryName)).toEqual([repositoryName]);
});

test('a bootstrap has its stack: the CDK’s command line reads its outputs', async () => {
  const form = 'Action=DescribeStacks&Version=2010-05-15&StackName=CDKToolkit';
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const { text } = await send(machine, at.account, at.region, 'cloudformation', 'POST', '/', form, type);
  expect(text).toContain(`<OutputValue>cdk-hnb659fds-assets-${at.account}-${at.region}</OutputValue>`);
  expect(text).toContain('<OutputKey>BootstrapVersion</OutputKey><OutputValue>33</OutputValue>');
});

const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    },
  },
};
const lambda = (code: Record<string, string>, runtime = 'nodejs22.x'): Record<string, unknown> => ({
  Role: ROLE,
  Fn: {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: runtime, Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code: code },
  },
});

test('a function whose code is not in its bucket, or whose runtime Lambda refuses, fails its stack', async () => {
  const bucket = `cdk-hnb659fds-assets-${at.account}-${at.region}`;
  expect(await deployed('no-code', lambda({ S3Bucket: bucket, S3Key: 'nobody-uploaded-this.zip' }))).toMatchObject({
    status: 'ROLLBACK_COMPLETE',
    logicalId: 'Fn',
    reason: expect.stringContaining('S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.'),
  });
  expect(await deployed('no-bucket', lambda({ S3Bucket: 'nowhere', S3Key: 'a.zip' }))).toMatchObject({
    status: 'CREATE_COMPLETE',
  });
  expect(ledger.get(at.account, at.region, 'no-bucket')?.resources.Fn).toMatchObject({
    notRehearsed: expect.stringContaining('its code is in the bucket nowhere, which nothing here makes'),
  });
  expect(await deployed('old', lambda({ ZipFile: 'x' }, 'nodejs12.x'))).toMatchObject({
    reason: expect.stringContaining('nodejs12.x is no longer supported'),
  });
  expect(await deployed('unknown', lambda({ ZipFile: 'x' }, 'cobol1'))).toMatchObject({
    reason: expect.stringContaining("Value cobol1 at 'runtime' failed to satisfy constraint"),
  });
  const file = path.join(root, 'code');
  fs.mkdirSync(file);
  fs.writeFileSync(path.join(file, 'index.js'), 'exports.handler = async () => ({});');
  await machine.publish({ path: file, zip: true, ...at, bucket, key: 'code.zip' });
  expect((await deployed('code', lambda({ S3Bucket: bucket, S3Key: 'code.zip' }))).status).toBe('CREATE_COMPLETE');
  const list = await send(machine, at.account, at.region, 'lambda', 'GET', '/2015-03-31/functions/');
  expect(list.text).toContain('code-Fn-');
}, 180_000);

test('a bucket in the host’s name is found once: AWS SDKs of version 2 list a bucket’s objects so', async () => {
  const bucket = `cdk-hnb659fds-assets-${at.account}-${at.region}`;
  const { hostname, port } = new URL(machine.endpointUrl);
  const host = `http://${bucket}.localhost:${port}`;
  const asked = { method: 'GET', path: '/?list-type=2&prefix=nothing', region: at.region, service: 's3', body: '' };
  const headers = await signedHeaders({ ...asked, endpointUrl: host }, machine.credentials(at.account));
  const answer = await new Promise<string>((done, fail) => {
    http
      .get({ hostname, port, path: asked.path, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk))).on('end', () => done(`${response.statusCode} ${text}`));
      })
      .on('error', fail);
  });
  expect(answer).toMatch(/^200 [^]*<ListBucketResult/);
});

test('a build’s request for a resource that is only recorded is remembered, and counts where the command says that it found nothing', () => {
  const recorded = new RecordedRequests({
    list: () => [
      {
        account: at.account,
        resources: { D: { type: 'AWS::CloudFront::Distribution', physicalId: 'E1234567890ABC', standing: 'recorded' } },
      },
    ],
  } as unknown as StackLedger);
  const ask = (actor: string, url: string, status: number): void =>
    recorded.hear(
      { principal: { actor }, account: at.account, url, body: Buffer.alloc(0) } as unknown as AwsRequest,
      status,
    );
  const lines = ['An error occurred (NoSuchDistribution) when calling the CreateInvalidation operation'];
  ask('asked', '/2020-05-31/distribution/E1234567890ABC/invalidation', 404);
  ask('another', '/2020-05-31/distribution/E1234567890ABCD/invalidation', 404);
  ask('answered', '/2020-05-31/distribution/E1234567890ABC', 200);
  expect(recorded.behind('asked', lines)).toBe(
    'AWS::CloudFront::Distribution E1234567890ABC, which is only recorded here',
  );
  // A test that fails after it fails by itself.
  expect(recorded.behind('asked', ['AssertionError: expected 1 to be 2'])).toBeUndefined();
  for (const other of ['another', 'answered', 'nobody']) expect(recorded.behind(other, lines)).toBeUndefined();
});

const invoke = (name: string, event: unknown): Promise<{ status: number; text: string }> =>
  send(
    machine,
    at.account,
    at.region,
    'lambda',
    'POST',
    `/2015-03-31/functions/${name}/invocations`,
    JSON.stringify(event),
  );

async function published(name: string, files: Record<string, string>): Promise<Record<string, string>> {
  const folder = path.join(root, name);
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  const bucket = `cdk-hnb659fds-assets-${at.account}-${at.region}`;
  await machine.publish({ path: folder, zip: true, ...at, bucket, key: `${name}.zip` });
  return { S3Bucket: bucket, S3Key: `${name}.zip` };
}

const named = (
  name: string,
  runtime: string,
  handler: string,
  code: Record<string, string>,
): Record<string, unknown> => ({
  Role: ROLE,
  Fn: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: name,
      Runtime: runtime,
      Handler: handler,
      Timeout: 30,
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: code,
    },
  },
});

test('a function with an asset is invoked by its name: Node.js, ES modules and Python; others are not rehearsed', async () => {
  const node = await published('node', {
    'src/app.js': `exports.handler = async ({ n }) => ({ twice: 2 * n, by: process.env.AWS_LAMBDA_FUNCTION_NAME, sdk: typeof require('@aws-sdk/client-s3').S3Client });
      exports.bad = async () => { throw new TypeError('no such thing'); };
      exports.old = (event, context, callback) => setTimeout(() => callback(null, 'called back'), 5);`,
  });
  const python = await published('python', {
    'app/main.py':
      'import boto3\nfrom app import other\ndef handler(event, context):\n    return {"thrice": other.times(event["n"]), "name": context.function_name}\n',
    'app/other.py': 'def times(n):\n    return 3 * n\n',
    'app/__init__.py': '',
  });
  const module = await published('module', {
    'index.mjs': 'export const handler = async () => import.meta.url.length > 0;',
  });
  await deployed('fn-node', named('twice', 'nodejs22.x', 'src/app.handler', node));
  await deployed('fn-bad', named('bad', 'nodejs22.x', 'src/app.bad', node));
  await deployed('fn-old', named('old', 'nodejs22.x', 'src/app.old', node));
  await deployed('fn-python', named('thrice', 'python3.13', 'app.main.handler', python));
  await deployed('fn-module', named('module', 'nodejs22.x', 'index.handler', module));
  await deployed('fn-java', named('java', 'java21', 'Main', node));
  const answers = await Promise.all(
    ['twice', 'old', 'thrice', 'module', 'bad', 'java', 'nobody'].map((name) => invoke(name, { n: 4 })),
  );
  const [twice, old, thrice, esm, bad, java, nobody] = answers.map(({ status, text }) => `${status} ${text}`);
  expect(twice).toBe('200 {"twice":8,"by":"twice","sdk":"function"}');
  expect(old).toBe('200 "called back"');
  expect(thrice).toBe('200 {"thrice":12,"name":"thrice"}');
  expect(esm).toBe('200 true');
  expect(bad).toMatch(/^200 .*"errorType":"TypeError","errorMessage":"no such thing"/);
  expect(java).toBe('502 {"Type":"Service","Message":"NotRehearsed: the Lambda function java: it runs in java21"}');
  expect(nobody).toMatch(/^404 /);
}, 120_000);

test('a custom resource whose function has an asset is answered by it', async () => {
  const code = await published('custom', {
    'index.py': `import json, urllib.request
def handler(event, context):
    body = json.dumps({"Status": "SUCCESS", "PhysicalResourceId": "made", "StackId": event["StackId"], "RequestId": event["RequestId"],
      "LogicalResourceId": event["LogicalResourceId"], "Data": {"Said": event["ResourceProperties"]["Text"]}}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))
`,
  });
  const result = await deployed('custom', {
    ...named('answering', 'python3.13', 'index.handler', code),
    Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: { 'Fn::GetAtt': ['Fn', 'Arn'] }, Text: 'hello' } },
  });
  expect(result.status).toBe('CREATE_COMPLETE');
  expect(ledger.get(at.account, at.region, 'custom')?.resources.Thing).toMatchObject({
    standing: 'real',
    physicalId: 'made',
    attributes: { Said: 'hello' },
  });
}, 180_000);

test('a Lambda action is its function’s job: what the function tells CodePipeline is how it ends', async () => {
  const code = await published('job', {
    'index.js': `const { CodePipelineClient, PutJobSuccessResultCommand, PutJobFailureResultCommand } = require('@aws-sdk/client-codepipeline');
      exports.handler = async (event) => {
        const { id: jobId, data } = event['CodePipeline.job'];
        const { UserParameters: what } = data.actionConfiguration.configuration;
        const client = new CodePipelineClient({});
        if (what === 'silent') return;
        if (what === 'bad') return client.send(new PutJobFailureResultCommand({ jobId, failureDetails: { type: 'JobFailed', message: 'it is not good' } }));
        await client.send(new PutJobSuccessResultCommand({ jobId, outputVariables: { token: data.continuationToken ?? 'none' },
          ...(data.continuationToken ? {} : { continuationToken: 'again' }) }));
      };`,
  });
  await deployed('job', named('job', 'nodejs22.x', 'index.handler', code));
  const run = (what: string, name = 'job'): ReturnType<LocalMachine['runJob']> =>
    machine.runJob({ ...at, name, configuration: { FunctionName: name, UserParameters: what } });
  expect(await run('good')).toEqual({ outputVariables: { token: 'again' } });
  expect(await run('bad')).toEqual({ failure: 'it is not good' });
  expect(await run('silent')).toMatchObject({
    failure: expect.stringContaining('told CodePipeline nothing of its job'),
  });
  expect(await run('good', 'nobody')).toBeUndefined();
}, 120_000);

test('a job has its artifacts in the pipeline’s store, with credentials of the pipeline’s role; a rule is met when its function reports success', async () => {
  const code = await published('artifacts', {
    'index.js': `const { S3Client, GetObjectCommand, PutObjectCommand } = require('@aws-sdk/client-s3');
      const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
      const { CodePipelineClient, PutJobSuccessResultCommand, PutJobFailureResultCommand } = require('@aws-sdk/client-codepipeline');
      exports.handler = async (event) => {
        const { id: jobId, data } = event['CodePipeline.job'];
        const { UserParameters: what } = data.actionConfiguration.configuration;
        const credentials = data.artifactCredentials;
        const at = (artifact) => ({ Bucket: artifact.location.s3Location.bucketName, Key: artifact.location.s3Location.objectKey });
        const s3 = new S3Client({ credentials, forcePathStyle: true });
        const { Arn } = await new STSClient({ credentials }).send(new GetCallerIdentityCommand({}));
        const [input] = data.inputArtifacts;
        const Body = Buffer.from(await (await s3.send(new GetObjectCommand(at(input)))).Body.transformToByteArray());
        if (what === 'reject') return new CodePipelineClient({}).send(new PutJobFailureResultCommand({ jobId, failureDetails: { type: 'JobFailed', message: 'not today' } }));
        if (what !== 'forget') for (const output of data.outputArtifacts) await s3.send(new PutObjectCommand({ ...at(output), Body }));
        await new CodePipelineClient({}).send(new PutJobSuccessResultCommand({ jobId, outputVariables: { Arn, name: input.name } }));
      };`,
  });
  await deployed('artifacts', named('artifacts', 'nodejs22.x', 'index.handler', code));
  const role = `arn:aws:iam::${at.account}:role/the-pipeline`;
  const shop: DeployedResource = {
    logicalId: 'Pipeline',
    type: 'AWS::CodePipeline::Pipeline',
    physicalId: 'shop',
    properties: { RoleArn: role, ArtifactStore: { Type: 'S3', Location: 'the-artifact-store' } },
    attributes: {},
    standing: 'real',
  };
  const folder = (name: string): ArtifactFolder => {
    const made = { name, path: path.join(root, `artifact-${name}`) };
    fs.mkdirSync(made.path, { recursive: true });
    return made;
  };
  const input = folder('Source');
  fs.writeFileSync(path.join(input.path, 'hello.txt'), 'hello');
  const output = folder('Out');
  const context = {
    pipeline: { name: 'shop', ...at } as unknown as PipelineDefinition,
    ledger: {
      resources: (...[type, ...more]: Parameters<StackLedger['resources']>) =>
        type === shop.type ? [{ ...shop, stack: { stackName: 'Pipeline' } }] : ledger.resources(type, ...more),
    } as unknown as StackLedger,
    local: machine,
    inputs: [input],
    signal: new AbortController().signal,
  };
  const job = (what: string): ReturnType<typeof runLambdaJob> =>
    runLambdaJob({
      ...context,
      ...{ account: at.account, region: at.region, outputs: [output] },
      configuration: { FunctionName: 'artifacts', UserParameters: what },
    });
  expect(await job('copy')).toEqual({
    outputVariables: { Arn: expect.stringMatching(/:assumed-role\/the-pipeline\//), name: 'Source' },
  });
  expect(fs.readFileSync(path.join(output.path, 'hello.txt'), 'utf8')).toBe('hello');
  await expect(job('forget')).rejects.toThrow(
    'the function did not put the output artifact Out at s3://the-artifact-store/shop/Out/',
  );
  const rule = (what: string): ReturnType<typeof lambdaInvokeRule.run> =>
    lambdaInvokeRule.run({
      ...context,
      rule: { name: 'r', provider: 'LambdaInvoke', configuration: { FunctionName: 'artifacts', UserParameters: what } },
    } as unknown as RuleContext);
  expect(await rule('copy')).toEqual({ status: 'Succeeded', summary: 'the function artifacts reported success' });
  expect(await rule('reject')).toMatchObject({ status: 'Failed', summary: 'not today' });
}, 120_000);

test('a build invalidates a distribution that a stack has, and waits for it; one that no stack has is not there', async () => {
  await deployed('web', {
    Site: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          Enabled: true,
          DefaultCacheBehavior: { TargetOriginId: 'files', ViewerProtocolPolicy: 'https-only' },
          Origins: [{ Id: 'files', DomainName: 'files.example.com' }],
        },
      },
    },
  });
  const id = ledger.get(at.account, at.region, 'web')?.resources.Site?.physicalId ?? '';
  const role = `arn:aws:iam::${at.account}:role/web`;
  const env = machine.environment(at.account, at.region, { kind: 'build', id: 'web:1', roleArn: role });
  const cloudfront = (...args: string[]): execa.ExecaChildProcess =>
    execa('aws', ['cloudfront', ...args], { env, extendEnv: false, reject: false });
  const create = await cloudfront('create-invalidation', '--distribution-id', id, '--paths', '/*');
  expect({ exitCode: create.exitCode, said: create.stderr }).toEqual({ exitCode: 0, said: '' });
  const { Invalidation: made } = JSON.parse(create.stdout) as {
    Invalidation: { Id: string; InvalidationBatch: object };
  };
  expect(made.InvalidationBatch).toMatchObject({ Paths: { Quantity: 1, Items: ['/*'] } });
  const waited = await cloudfront('wait', 'invalidation-completed', '--distribution-id', id, '--id', made.Id);
  expect({ exitCode: waited.exitCode, said: waited.stderr }).toEqual({ exitCode: 0, said: '' });
  const other = await cloudfront('create-invalidation', '--distribution-id', 'E000NOBODYHASIT', '--paths', '/*');
  expect(other.stderr).toContain('NoSuchDistribution');
  const unknown = await cloudfront('get-invalidation', '--distribution-id', id, '--id', 'INONE');
  expect(unknown.stderr).toContain('NoSuchInvalidation');
}, 120_000);
