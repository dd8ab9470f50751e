import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { ActionContext, ActionResult } from '../../../engine/ports/action';
import { DiskLedger } from '../../../engine/cloudformation/ledger';
import { unzip } from '../../../engine/files/artifact-zip';
import { actionRunners } from '../../../engine/codepipeline/providers/action-runners';
import type { RuleContext, RuleResult } from '../../../engine/ports/rule';
import { ruleRunners } from '../../../engine/codepipeline/rules/rule-providers';
import type { SourceRepository } from '../../../engine/ports/sources';
import type { DeployedResource } from '../../../engine/ports/ledger';
import { LocalMachine } from '../../../engine/rehearsal/local-machine';
import { ensureVersionedBucket, getObject } from '../../../engine/endpoint/s3-client';
import type { RunEventBody } from '../../../model/events';
import { Layout } from '../../../model/layout';
import type { ActionDefinition, PipelineDefinition, RuleDefinition, StageDefinition } from '../../../model/pipeline';
import { machineHas } from '../../fixtures/requires';

// The runners with what they talk to: the local AWS endpoint, git, and where there is one a container engine with its registry.
const ACCOUNT = '111111111111';
const REGION = 'eu-west-1';
const TOOLS = process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../../.saiondo/tools');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-actions-'));
const layout = new Layout(path.join(root, 'state'), TOOLS);
const ledger = new DiskLedger(layout);
const containers = machineHas('docker');
const sources = new Map<string, SourceRepository>();
let machine: LocalMachine;
let count = 0;

beforeAll(async () => {
  machine = await LocalMachine.open({
    layout,
    ledger,
    emit: () => undefined,
    fixtures: {
      processes: [],
      parameters: [],
      secrets: [{ account: ACCOUNT, region: REGION, name: 'token', value: '{"key":"top-secret-1"}' }],
    },
    ...(containers ? {} : { withoutContainers: true }),
  });
}, 300_000);
afterAll(async () => {
  await machine?.close();
  fs.rmSync(root, { recursive: true, force: true });
});

function folder(files: Readonly<Record<string, string>> = {}): string {
  const at = path.join(root, `folder-${++count}`);
  fs.mkdirSync(at);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
    fs.writeFileSync(path.join(at, name), text);
  }
  return at;
}

async function repository(files: Readonly<Record<string, string>>): Promise<string> {
  const at = folder(files);
  const git = (...args: string[]) =>
    execa('git', [
      '-C',
      at,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@localhost',
      '-c',
      'commit.gpgsign=false',
      ...args,
    ]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'the first');
  fs.writeFileSync(path.join(at, 'second.txt'), '2');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'the second');
  return at;
}

interface Ran {
  readonly result: ActionResult;
  readonly events: RunEventBody[];
  readonly outputs: readonly string[];
}

/** Runs an action as an execution does: `Category/Owner/Provider`, its configuration, folders for its artifacts. */
async function run(
  kind: string,
  configuration: Readonly<Record<string, string>>,
  more: Partial<ActionDefinition> & {
    readonly inputs?: readonly { name: string; path: string }[];
    readonly revisionValue?: string;
    readonly stages?: readonly StageDefinition[];
  } = {},
): Promise<Ran> {
  const { inputs = [], revisionValue, stages = [], ...declared } = more;
  const [category, owner, provider = ''] = kind.split('/');
  const action: ActionDefinition = {
    name: 'Action',
    category: category as ActionDefinition['category'],
    owner: owner as ActionDefinition['owner'],
    provider,
    version: '1',
    runOrder: 1,
    configuration,
    inputArtifacts: inputs.map((input) => input.name),
    outputArtifacts: category === 'Source' ? [{ name: 'Out' }] : [],
    region: REGION,
    ...declared,
  };
  const outputs = action.outputArtifacts.map(({ name }) => ({ name, path: folder() }));
  const events: RunEventBody[] = [];
  const context: ActionContext = {
    layout,
    runId: 'run',
    pipeline: pipelineOf(stages),
    executionId: 'execution',
    actionExecutionId: `action-${++count}`,
    stage: 'Stage',
    action,
    inputs,
    outputs,
    ledger,
    local: machine,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    ...(revisionValue ? { revisionValue } : {}),
    revisionOf: () => undefined,
  };
  const runner = actionRunners({
    cloudFormation: machine.cloudFormation,
    provisioners: machine.provisioners,
    sources,
  }).get(kind);
  if (!runner) throw new Error(`no runner for ${kind}`);
  const result = await runner(context);
  return { result, events, outputs: outputs.map((output) => output.path) };
}

function pipelineOf(stages: readonly StageDefinition[]): PipelineDefinition {
  return {
    name: 'pipeline',
    account: ACCOUNT,
    region: REGION,
    stackName: 'Pipeline',
    pipelineType: 'V2',
    executionMode: 'SUPERSEDED',
    restartExecutionOnUpdate: false,
    variables: [],
    triggers: [],
    stages,
    disabledTransitions: {},
    structureVersion: '1',
  };
}

async function rule(
  definition: RuleDefinition,
  condition: RuleContext['condition'] = 'beforeEntry',
  inputs: RuleContext['inputs'] = [],
): Promise<RuleResult> {
  const runner = ruleRunners().get(definition.provider);
  if (!runner) throw new Error(`no runner for ${definition.provider}`);
  return runner({
    layout,
    runId: 'run',
    pipeline: pipelineOf([]),
    executionId: 'execution',
    ruleExecutionId: `rule-${++count}`,
    stage: 'Stage',
    condition,
    rule: definition,
    inputs,
    ledger,
    local: machine,
    emit: () => undefined,
    signal: new AbortController().signal,
  });
}

function files(at: string): string[] {
  return fs
    .readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(at, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((name) => !name.startsWith('.git/'))
    .sort();
}

const aws = async (...args: string[]): Promise<string> =>
  (
    await execa('aws', args, {
      env: { ...machine.environment(ACCOUNT, REGION, { kind: 'build', id: 'test', roleArn: '' }) },
      extendEnv: false,
    })
  ).stdout;

function recorded(stackName: string, resources: readonly Partial<DeployedResource>[]): void {
  ledger.put({
    stackName,
    stackId: '',
    account: ACCOUNT,
    region: REGION,
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: {},
    tags: {},
    outputs: {},
    resources: Object.fromEntries(
      resources.map((one, index) => [
        `R${index}`,
        {
          logicalId: `R${index}`,
          type: '',
          physicalId: '',
          properties: {},
          attributes: {},
          standing: 'recorded',
          ...one,
        },
      ]),
    ),
    updatedAt: '',
  });
}

describe('sources', () => {
  test('GitHub by OAuth: a repository of this machine, with the variables of its reference', async () => {
    const at = await repository({ 'a.txt': 'a' });
    sources.set('ada/app', { path: at });
    const { result, outputs } = await run('Source/ThirdParty/GitHub', {
      Owner: 'ada',
      Repo: 'app',
      Branch: 'main',
      OAuthToken: '****',
    });
    const head = (await execa('git', ['-C', at, 'rev-parse', 'HEAD'])).stdout;
    expect(result).toMatchObject({
      status: 'Succeeded',
      outputVariables: {
        CommitId: head,
        CommitMessage: 'the second',
        CommitUrl: `https://github.com/ada/app/commit/${head}`,
        RepositoryName: 'app',
        BranchName: 'main',
        AuthorDate: expect.stringMatching(/^\d{4}-/),
        CommitterDate: expect.stringMatching(/^\d{4}-/),
      },
    });
    expect(files(outputs[0] ?? '')).toEqual(['a.txt', 'second.txt']);
  });

  test('CodeCommit: a repository named without an owner, at the revision that is asked for', async () => {
    const at = await repository({ 'a.txt': 'a' });
    sources.set('app', { path: at });
    const first = (await execa('git', ['-C', at, 'rev-parse', 'HEAD~1'])).stdout;
    const { result, outputs } = await run(
      'Source/AWS/CodeCommit',
      { RepositoryName: 'app', BranchName: 'main' },
      { revisionValue: first },
    );
    expect(result).toMatchObject({ status: 'Succeeded', outputVariables: { CommitId: first, RepositoryName: 'app' } });
    expect(files(outputs[0] ?? '')).toEqual(['a.txt']);
  });

  test('a full clone has the history, the host’s address and uncommitted changes as changes', async () => {
    const at = await repository({ 'a.txt': 'a' });
    fs.writeFileSync(path.join(at, 'a.txt'), 'changed');
    sources.set('ada/clone', { path: at, uncommitted: true });
    const { result, outputs } = await run('Source/AWS/CodeStarSourceConnection', {
      ConnectionArn: 'arn',
      FullRepositoryId: 'ada/clone',
      BranchName: 'main',
      OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
    });
    expect(result.status).toBe('Succeeded');
    const git = async (...args: string[]): Promise<string> =>
      (await execa('git', ['-C', outputs[0] ?? '', ...args])).stdout;
    expect(await git('log', '--format=%s')).toBe('the second\nthe first');
    expect(await git('remote', 'get-url', 'origin')).toBe('https://github.com/ada/clone.git');
    expect(await git('status', '--porcelain')).toBe(' M a.txt');
    expect(await git('config', '--list', '--local')).not.toContain(at);
  });

  test('a clone of a folder of a repository says that it has no history', async () => {
    const at = await repository({ 'inner/a.txt': 'a' });
    sources.set('ada/inner', { path: path.join(at, 'inner') });
    const { outputs, events } = await run('Source/AWS/CodeStarSourceConnection', {
      ConnectionArn: 'arn',
      FullRepositoryId: 'ada/inner',
      BranchName: 'main',
      OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
    });
    expect((await execa('git', ['-C', outputs[0] ?? '', 'status', '--porcelain'])).stdout).toBe('');
    expect(events).toContainEqual(expect.objectContaining({ kind: 'message', level: 'limit' }));
  });

  test('S3: a folder of this machine becomes the object, and each version can be had again', async () => {
    const at = await repository({ 'a/b.txt': 'b' });
    sources.set('input/app.zip', { path: at });
    const configuration = { S3Bucket: 'input', S3ObjectKey: 'app.zip' };
    const first = await run('Source/AWS/S3', configuration);
    expect(first.result).toMatchObject({
      status: 'Succeeded',
      outputVariables: { BucketName: 'input', ObjectKey: 'app.zip', ETag: expect.stringMatching(/^\w{32}/) },
    });
    expect(files(first.outputs[0] ?? '')).toEqual(['a/b.txt', 'second.txt']);
    const version = first.result.status === 'Succeeded' ? first.result.externalExecutionId : undefined;
    await execa('git', ['-C', at, 'rm', '--quiet', 'second.txt']);
    sources.set('input/app.zip', { path: at, uncommitted: true });
    expect(files((await run('Source/AWS/S3', configuration)).outputs[0] ?? '')).toEqual(['a/b.txt']);
    const again = await run('Source/AWS/S3', configuration, { revisionValue: version ?? '' });
    expect(files(again.outputs[0] ?? '')).toEqual(['a/b.txt', 'second.txt']);
  });

  test('S3: what is not there, keeps no versions, or is no zip for who takes it as one, fails', async () => {
    expect((await run('Source/AWS/S3', { S3Bucket: 'none', S3ObjectKey: 'x.zip' })).result).toMatchObject({
      failure: { code: 'OBJECT_MISSING', next: expect.stringContaining('--source none/x.zip=PATH') },
    });
    recorded('Buckets', [{ type: 'AWS::S3::Bucket', physicalId: 'plain' }]);
    expect((await run('Source/AWS/S3', { S3Bucket: 'plain', S3ObjectKey: 'x.zip' })).result).toMatchObject({
      failure: { message: expect.stringContaining('keeps no versions') },
    });
    const text = path.join(folder({ 'x.txt': 'text' }), 'x.txt');
    sources.set('input/x.txt', { path: text });
    const consumer = (provider: string, configuration = {}): StageDefinition => ({
      name: 'Next',
      actions: [
        {
          name: 'Take',
          category: 'Deploy',
          owner: 'AWS',
          provider,
          version: '1',
          runOrder: 1,
          configuration,
          inputArtifacts: ['Out'],
          outputArtifacts: [],
          region: REGION,
        },
      ],
    });
    const object = { S3Bucket: 'input', S3ObjectKey: 'x.txt' };
    expect((await run('Source/AWS/S3', object, { stages: [consumer('CloudFormation')] })).result).toMatchObject({
      failure: { code: 'ARTIFACT_INVALID', message: expect.stringContaining('Next/Take takes it as one') },
    });
    const whole = await run('Source/AWS/S3', object, { stages: [consumer('S3', { Extract: 'false' })] });
    expect(files(whole.outputs[0] ?? '')).toEqual(['x.txt']);
  });
});

describe('Commands', () => {
  test('run in the first input, with secrets masked, others next to it, files and variables given on', async () => {
    const inputs = [
      { name: 'Source', path: folder({ 'a.txt': 'a' }) },
      { name: 'Other', path: folder({ 'o.txt': 'o' }) },
    ];
    const { result, outputs, events } = await run(
      'Compute/AWS/Commands',
      {},
      {
        inputs,
        commands: [
          'cp $CODEBUILD_SRC_DIR_Other/o.txt .',
          'echo "$TOKEN" > kept.txt',
          'echo "token $TOKEN"',
          'STAMP=$PLAIN-1',
        ],
        environmentVariables: [
          { name: 'TOKEN', value: 'token:key', type: 'SECRETS_MANAGER' },
          { name: 'PLAIN', value: 'x' },
        ],
        outputVariables: ['STAMP', 'AWS_DEFAULT_REGION'],
        outputArtifacts: [{ name: 'Built', files: ['*.txt'] }],
      },
    );
    expect(result).toMatchObject({
      status: 'Succeeded',
      outputVariables: { STAMP: 'x-1', AWS_DEFAULT_REGION: REGION },
    });
    expect(files(outputs[0] ?? '')).toEqual(['a.txt', 'kept.txt', 'o.txt']);
    expect(fs.readFileSync(path.join(outputs[0] ?? '', 'kept.txt'), 'utf8')).toBe('top-secret-1\n');
    const started = events.find((event) => event.kind === 'build.started');
    const log = fs.readFileSync(
      path.join(layout.run('run'), started?.kind === 'build.started' ? started.log : ''),
      'utf8',
    );
    expect(log).toContain('token ***');
    expect(log).not.toContain('top-secret-1');
    expect(started).toMatchObject({ timeoutMinutes: 55 });
  });

  test('a failed command fails the action; a Windows container is not rehearsed', async () => {
    const inputs = [{ name: 'Source', path: folder({ 'a.txt': 'a' }) }];
    expect((await run('Compute/AWS/Commands', {}, { inputs, commands: ['true', 'exit 3'] })).result).toMatchObject({
      status: 'Failed',
      failure: { command: 'exit 3', exitCode: 3 },
    });
    expect(
      (
        await run(
          'Compute/AWS/Commands',
          { EnvironmentType: 'WINDOWS_SERVER_2022_CONTAINER' },
          { inputs, commands: ['dir'] },
        )
      ).result,
    ).toMatchObject({ status: 'NotRehearsed', missing: ['Windows'] });
  });
});

describe('deploys to S3', () => {
  const at = () => ({ endpoint: machine, account: ACCOUNT, region: REGION, bucket: 'site' });

  test('extracted: each file below the key, with its headers; nothing that a link leads out to', async () => {
    await ensureVersionedBucket(at());
    const artifact = folder({ 'index.html': '<p>', 'js/a.js': '1' });
    fs.symlinkSync('/etc/passwd', path.join(artifact, 'leak'));
    const { result } = await run(
      'Deploy/AWS/S3',
      { BucketName: 'site', Extract: 'true', ObjectKey: 'v1', CacheControl: 'public, max-age=60' },
      { inputs: [{ name: 'Site', path: artifact }] },
    );
    expect(result).toMatchObject({ status: 'Succeeded', summary: '2 files to s3://site/v1' });
    expect(JSON.parse(await aws('s3api', 'head-object', '--bucket', 'site', '--key', 'v1/js/a.js'))).toMatchObject({
      CacheControl: 'public, max-age=60',
    });
    expect(await aws('s3', 'ls', '--recursive', 's3://site')).not.toContain('leak');
  });

  test('not extracted: the artifact’s zip under the key', async () => {
    await ensureVersionedBucket(at());
    const artifact = folder({ 'a.txt': 'a' });
    await run(
      'Deploy/AWS/S3',
      { BucketName: 'site', Extract: 'false', ObjectKey: 'app.zip' },
      { inputs: [{ name: 'Site', path: artifact }] },
    );
    const work = folder();
    await getObject(at(), 'app.zip', path.join(work, 'app.zip'), 1e6);
    const to = folder();
    await unzip(path.join(work, 'app.zip'), to);
    expect(files(to)).toEqual(['a.txt']);
  });

  test('into a bucket that does not exist fails', async () => {
    const inputs = [{ name: 'Site', path: folder({ 'a.txt': 'a' }) }];
    expect((await run('Deploy/AWS/S3', { BucketName: 'nobody', Extract: 'true' }, { inputs })).result).toMatchObject({
      failure: { code: 'ConfigurationError', message: 'there is no bucket nobody' },
    });
  });
});

test('Lambda is not rehearsed, and it is said what would run', async () => {
  recorded('Functions', [
    {
      type: 'AWS::Lambda::Function',
      physicalId: 'approve',
      properties: {
        Runtime: 'nodejs20.x',
        Handler: 'index.handler',
        Description: 'Approves a change without new permissions',
      },
    },
  ]);
  expect((await run('Invoke/AWS/Lambda', { FunctionName: 'approve' })).result).toEqual({
    status: 'NotRehearsed',
    missing: ['AWS Lambda'],
    summary:
      'would invoke the Lambda function approve (nodejs20.x index.handler, Functions/R0: Approves a change without new permissions)',
  });
  expect(await rule({ name: 'r', provider: 'LambdaInvoke', configuration: { FunctionName: 'other' } })).toMatchObject({
    status: 'NotRehearsed',
    summary: 'would invoke the Lambda function other, which no deployed stack defines',
  });
});

describe('CloudWatchAlarm', () => {
  const alarm = (more: Record<string, string> = {}): RuleDefinition => ({
    name: 'r',
    provider: 'CloudWatchAlarm',
    configuration: { AlarmName: 'errors', ...more },
  });
  beforeAll(() =>
    aws(
      ...['cloudwatch', 'put-metric-alarm', '--alarm-name', 'errors', '--metric-name', 'Errors', '--namespace', 'App'],
      ...['--statistic', 'Sum', '--period', '60', '--evaluation-periods', '1', '--threshold', '1'],
      ...['--comparison-operator', 'GreaterThanThreshold'],
    ),
  );
  const set = (state: string): Promise<string> =>
    aws('cloudwatch', 'set-alarm-state', '--alarm-name', 'errors', '--state-value', state, '--state-reason', 'a test');

  test('is met while the alarm is in no watched state, and after a failure when it is', async () => {
    await set('ALARM');
    expect(await rule(alarm())).toEqual({ status: 'Failed', summary: 'the alarm errors is ALARM' });
    expect(await rule(alarm(), 'onFailure')).toMatchObject({ status: 'Succeeded' });
    await set('OK');
    expect(await rule(alarm())).toMatchObject({ status: 'Succeeded' });
    expect(await rule(alarm({ AlarmStates: 'OK, INSUFFICIENT_DATA' }))).toMatchObject({ status: 'Failed' });
    expect(await rule(alarm({ WaitTime: '60' }), 'onSuccess')).toEqual({
      status: 'Succeeded',
      summary: 'the alarm errors is OK; AWS would go on watching it for 60 min',
    });
  });

  test('waits for an alarm that leaves its state', async () => {
    await set('ALARM');
    const waiting = rule(alarm({ WaitTime: '5' }));
    await set('OK');
    expect(await waiting).toMatchObject({ status: 'Succeeded', summary: 'the alarm errors is OK' });
  });

  test('an unknown alarm, state or time is a failure that says so', async () => {
    expect(await rule(alarm({ AlarmName: 'none' }))).toMatchObject({
      status: 'Failed',
      summary: 'there is no CloudWatch alarm none',
    });
    expect(await rule(alarm({ AlarmStates: 'RED' }))).toMatchObject({ summary: 'AlarmStates names "RED"' });
    expect(await rule(alarm({ WaitTime: 'soon' }))).toMatchObject({
      summary: 'WaitTime is "soon", not a number of minutes',
    });
  });
});

test('the Commands rule is met when its commands succeed', async () => {
  const inputs = [{ name: 'Source', path: folder({ 'a.txt': 'a' }) }];
  const commands = (list: string[]): Promise<RuleResult> =>
    rule(
      { name: 'r', provider: 'Commands', configuration: {}, commands: list, inputArtifacts: ['Source'] },
      'beforeEntry',
      inputs,
    );
  expect(await commands(['grep -q a a.txt'])).toMatchObject({ status: 'Succeeded' });
  expect(await commands(['grep -q b a.txt'])).toMatchObject({ status: 'Failed', failure: { exitCode: 1 } });
});

describe(`images${containers ? '' : ' (without a container engine)'}`, () => {
  const inputs = () => [
    {
      name: 'Source',
      path: folder({ 'app/Dockerfile': 'FROM scratch\nCOPY data /data\n', 'app/data': String(Date.now()) }),
    },
  ];

  test('ECRBuildAndPublish builds, tags and pushes; the ECR source finds the image', async () => {
    const built = await run(
      'Build/AWS/ECRBuildAndPublish',
      { ECRRepositoryName: 'team/app', DockerFilePath: 'app', ImageTags: 'v1, latest' },
      { inputs: inputs() },
    );
    if (!containers) {
      expect(built.result).toMatchObject({ status: 'NotRehearsed', missing: ['docker'] });
      return;
    }
    expect(built.result).toMatchObject({
      status: 'Succeeded',
      outputVariables: { ECRImageDigestId: expect.stringMatching(/^sha256:/), ECRRepositoryName: 'team/app' },
    });
    expect(built.events).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        text: expect.stringContaining('no deployed stack makes the repository team/app'),
      }),
    );
    const digest = built.result.status === 'Succeeded' ? built.result.outputVariables?.ECRImageDigestId : '';
    const { result, outputs } = await run('Source/AWS/ECR', { RepositoryName: 'team/app' });
    expect(result).toMatchObject({
      status: 'Succeeded',
      outputVariables: {
        RegistryId: ACCOUNT,
        RepositoryName: 'team/app',
        ImageTag: 'latest',
        ImageDigest: digest,
        ImageURI: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/team/app@${digest ?? ''}`,
      },
    });
    expect(JSON.parse(fs.readFileSync(path.join(outputs[0] ?? '', 'imageDetail.json'), 'utf8'))).toMatchObject({
      ImageDigest: digest,
      ImageTags: ['latest'],
      ImageSizeInBytes: expect.stringMatching(/^[1-9]\d*$/),
    });
    expect((await run('Source/AWS/ECR', { RepositoryName: 'team/app', ImageTag: 'v9' })).result).toMatchObject({
      failure: { message: 'the repository team/app has no image v9' },
    });
  }, 180_000);

  test('a Dockerfile outside the source is refused, a public registry not rehearsed', async () => {
    if (!containers) return;
    expect(
      (
        await run(
          'Build/AWS/ECRBuildAndPublish',
          { ECRRepositoryName: 'a', DockerFilePath: '../x' },
          { inputs: inputs() },
        )
      ).result,
    ).toMatchObject({ failure: { code: 'ConfigurationError' } });
    expect(
      (
        await run(
          'Build/AWS/ECRBuildAndPublish',
          { ECRRepositoryName: 'a', RegistryType: 'public' },
          { inputs: inputs() },
        )
      ).result,
    ).toMatchObject({ status: 'NotRehearsed', missing: ['Amazon ECR Public'] });
  });
});
