import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { checkBuildspec } from '../../lib/buildspec-text';
import {
  CDK_CLI,
  CDK_CLI_VERSION,
  SELF_MUTATION_BUILDSPEC,
  selfMutationBuildspec,
} from '../../pipelines/self-mutation';
import {
  CONFIGURATION,
  ROOT,
  SAMPLE,
  actions,
  resourceNamed,
  resources,
  synthesized,
  synthesizedAnew,
} from './synthesized';

const templates = synthesized();
const all = actions(templates);
const order = (stage: string, name: string): number => {
  const found = all.find((action) => action.stage === stage && action.name === name);
  if (!found) throw new Error(`no action ${stage}/${name}`);
  return found.runOrder;
};

test('source, synth, self-mutation, verification, dev, prod: in this order, V2 and superseding', () => {
  const [pipeline] = resources(templates['saiondo-pipeline'], 'AWS::CodePipeline::Pipeline');
  expect(pipeline.Properties.Stages.map((stage: { Name: string }) => stage.Name)).toEqual([
    'Source',
    'Build',
    'UpdatePipeline',
    'Verify',
    'Dev',
    'Promote',
    'Prod',
  ]);
  expect(pipeline.Properties).toMatchObject({
    PipelineType: 'V2',
    ExecutionMode: 'SUPERSEDED',
    RestartExecutionOnUpdate: true,
  });
});

test('a push to main starts it, a change to documentation alone does not', () => {
  const [pipeline] = resources(templates['saiondo-pipeline'], 'AWS::CodePipeline::Pipeline');
  const triggers = pipeline.Properties.Triggers.map((trigger: any) => trigger.GitConfiguration);
  expect(triggers.map((trigger: any) => trigger.SourceActionName)).toEqual(['Application', 'Pipeline']);
  for (const trigger of triggers) {
    expect(trigger.Push).toEqual([
      { Branches: { Includes: ['main'] }, FilePaths: { Excludes: ['**/*.md', 'docs/**'] } },
    ]);
  }
});

test('tests and image builds of every component run at once, before dev', () => {
  const verify = all.filter((action) => action.stage === 'Verify');
  expect(verify.map((action) => action.name).sort()).toEqual([
    'ApiImage',
    'ApiTest',
    'ContractTest',
    'LlmImage',
    'LlmTest',
    'WebTest',
  ]);
  expect(new Set(verify.map((action) => action.runOrder)).size).toBe(1);
});

test.each(['Dev', 'Prod'])('%s migrates after its database stands and before a service changes', (stage) => {
  expect(order(stage, 'Data.Migrate')).toBeGreaterThan(order(stage, 'Data.Deploy'));
  expect(order(stage, 'Services.Deploy')).toBeGreaterThan(order(stage, 'Data.Migrate'));
  expect(order(stage, 'Services.Deploy')).toBeGreaterThan(order(stage, 'Contracts.DeployContracts'));
  // Its change set is made meanwhile, of what the stacks before it have: no parameter of it is written by a migration or a contract.
  expect(order(stage, 'Services.Prepare')).toBe(order(stage, 'Data.Migrate'));
  expect(order(stage, 'Services.Prepare')).toBeGreaterThan(order(stage, 'Data.Deploy'));
  expect(Object.keys(templates[`${stage}/Services`]?.Parameters ?? {})).toEqual(['BootstrapVersion']);
  expect(order(stage, 'SmokeTest')).toBeGreaterThan(order(stage, 'Services.Deploy'));
  // The site's files and the smoke test wait for every stack, and not for each other.
  expect(order(stage, 'SmokeTest')).toBeGreaterThan(order(stage, 'Web.Deploy'));
  expect(order(stage, 'DeployWeb')).toBe(order(stage, 'SmokeTest'));
});

test('prod is approved by a person before anything of it is touched; dev is not', () => {
  const approvals = all.filter((action) => action.json.ActionTypeId.Category === 'Approval');
  expect(approvals.map((action) => `${action.stage}/${action.name}`)).toEqual(['Promote/Prod']);
});

test('one repository for both gives one source', () => {
  const same = synthesized(CONFIGURATION.replace('aw-birdgang/saiondo-pipeline', 'aw-birdgang/saiondo'));
  expect(
    actions(same)
      .filter((action) => action.stage === 'Source')
      .map((action) => action.name),
  ).toEqual(['Application']);
});

test.each(['Dev', 'Prod'])('%s runs what Verify installed, compiled and tested, and is told its digest', (stage) => {
  const inputs = (name: string): string[] =>
    all
      .find((action) => action.stage === stage && action.name === name)
      ?.json.InputArtifacts.map(({ Name }: { Name: string }) => Name);
  expect(inputs('Data.Migrate')).toEqual(['ApiTest_Output']);
  expect(inputs('Contracts.DeployContracts')).toEqual(['ContractTest_Output']);
  const record = all.find((action) => action.stage === stage && action.name === 'SmokeTest');
  const variables = JSON.stringify(record?.json.Configuration.EnvironmentVariables);
  expect(variables).toContain('#{Verify@ApiTest.CARRIED}');
  expect(variables).toContain('#{Verify@ContractTest.CARRIED}');
});

test('nothing is installed in an environment', () => {
  for (const stack of ['Dev/Data', 'Dev/Contracts', 'Prod/Data', 'Prod/Contracts'])
    for (const { Properties } of resources(templates[stack], 'AWS::CodeBuild::Project'))
      expect(Properties.Source.BuildSpec).not.toMatch(
        /npm (ci|install)|pip install|npx --yes|yarn install|pnpm install/,
      );
});

test('migrations and contracts run in the environment’s own account, under names that need no reference', () => {
  const migrate = all.find((action) => action.stage === 'Dev' && action.name === 'Data.Migrate');
  expect(migrate?.json.Configuration.ProjectName).toBe('saiondo-dev-migrate');
  expect(JSON.stringify(migrate?.json.RoleArn)).toContain('222222222222:role/saiondo-dev-migrate-start');
  const [project] = resources(templates['Dev/Data'], 'AWS::CodeBuild::Project');
  expect(project.Properties.VpcConfig).toBeDefined();
});

describe('an image’s tag is its folder’s content', () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-sample-'));
  beforeAll(() => fs.cpSync(SAMPLE, copy, { recursive: true, filter: (file) => !/node_modules|\.venv/.test(file) }));
  afterAll(() => fs.rmSync(copy, { recursive: true }));

  const imagesOf = (of: Record<string, any>, stack: string): string =>
    JSON.stringify(
      resources(of[stack], 'AWS::ECS::TaskDefinition').map((task) => task.Properties.ContainerDefinitions[0].Image),
    );

  test('dev and prod run the same images', () => {
    expect(imagesOf(templates, 'Dev/Services')).toBe(imagesOf(templates, 'Prod/Services'));
  });

  test('a change of the llm changes the llm’s task alone, and no line of any other template', () => {
    const before = synthesized(CONFIGURATION, copy);
    fs.appendFileSync(path.join(copy, 'backend/llm/src/main.py'), '\n# changed\n');
    const after = synthesized(CONFIGURATION, copy);
    const changed = Object.keys(after).filter(
      (stack) => JSON.stringify(after[stack]) !== JSON.stringify(before[stack]),
    );
    expect(changed.sort()).toEqual(['Dev/Services', 'Prod/Services']);
    const lines = (of: Record<string, unknown>): string[] => JSON.stringify(of['Dev/Services'], null, 1).split('\n');
    expect(lines(after).filter((line, at) => line !== lines(before)[at])).toHaveLength(1);
  });

  test('a change elsewhere changes nothing', () => {
    const before = JSON.stringify(synthesized(CONFIGURATION, copy));
    fs.appendFileSync(path.join(copy, 'README.md'), '\nchanged\n');
    fs.appendFileSync(path.join(copy, 'frontend/app/lib/main.dart'), '\n// changed\n');
    expect(JSON.stringify(synthesized(CONFIGURATION, copy))).toBe(before);
  });
});

test('synth is repeatable', () => {
  const anew = (): string => JSON.stringify(synthesizedAnew().templates);
  expect([anew(), anew()]).toEqual([JSON.stringify(templates), JSON.stringify(templates)]);
});

const pipelineResources = (type: string, of = templates): any[] => resources(of['saiondo-pipeline'], type);
const project = (name: string): any =>
  pipelineResources('AWS::CodeBuild::Project').find((one) => one.Properties.Name === name)?.Properties;

test('a failed environment goes back by itself, and no approval stands in its way', () => {
  const { Stages } = pipelineResources('AWS::CodePipeline::Pipeline')[0].Properties;
  const rolledBack = Stages.filter((stage: any) => stage.OnFailure?.Result === 'ROLLBACK');
  expect(rolledBack.map((stage: any) => stage.Name)).toEqual(['Dev', 'Prod']);
  for (const stage of rolledBack)
    expect(stage.Actions.every((action: any) => action.ActionTypeId.Category !== 'Approval')).toBe(true);
});

test('what is approved is what the same execution said it changes, and an approval ends by itself', () => {
  const approval = all.find((action) => action.json.ActionTypeId.Category === 'Approval');
  expect(approval?.json.Configuration).toEqual({
    CustomData: '#{Promote@Changes.SUMMARY}',
    ExternalEntityLink: '#{Promote@Changes.LINK}',
  });
  expect(approval?.json.TimeoutInMinutes).toBe(72 * 60);
  expect(order('Promote', 'Changes')).toBeLessThan(order('Promote', 'Prod'));
});

test('a commit’s message stands in no action’s configuration: its length and its quotes break one', () => {
  expect(JSON.stringify(all)).toContain('CommitId');
  expect(JSON.stringify(all)).not.toContain('CommitMessage');
});

test('the builds before the mutation take their specification from what they work on', () => {
  expect(project('saiondo-synth').Source.BuildSpec).toBe('buildspecs/synth.yml');
  expect(project('saiondo-self-mutate').Source.BuildSpec).toBe(SELF_MUTATION_BUILDSPEC);
  const specification = checkBuildspec(selfMutationBuildspec('saiondo-pipeline'), SELF_MUTATION_BUILDSPEC);
  // The command line comes with the assembly: nothing is installed for it.
  expect(JSON.stringify(specification)).toContain(`node ${CDK_CLI} --app . deploy`);
  expect(JSON.stringify(specification)).not.toMatch(/npm|npx/);
  const synth = fs.readFileSync(path.join(ROOT, 'buildspecs/synth.yml'), 'utf8');
  expect(synth).toContain(`cp -R node_modules/aws-cdk cdk.out/${CDK_CLI.split('/')[0]}`);
  expect(fs.readFileSync(path.join(ROOT, 'buildspecs/changes.yml'), 'utf8')).not.toMatch(/npm|npx/);
  const { devDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  expect(devDependencies['aws-cdk']).toBe(CDK_CLI_VERSION);
});

test('nothing is published before it is tested: the app has no assets', () => {
  expect(all.some((action) => action.stage === 'Assets')).toBe(false);
});

test('artifacts are encrypted with the pipeline’s own key, in a bucket that takes TLS alone and is nobody’s business', () => {
  const [{ Properties: pipeline }] = pipelineResources('AWS::CodePipeline::Pipeline');
  const [key] = Object.entries(templates['saiondo-pipeline']?.Resources ?? {}).filter(
    ([, { Type, Properties }]) => Type === 'AWS::KMS::Key' && /artifacts/.test(Properties.Description),
  );
  const arn = { 'Fn::GetAtt': [key?.[0], 'Arn'] };
  expect(pipeline.ArtifactStore.EncryptionKey).toEqual({ Type: 'KMS', Id: arn });
  expect(key?.[1].Properties.EnableKeyRotation).toBe(true);
  const bucket = resourceNamed(templates['saiondo-pipeline'], pipeline.ArtifactStore.Location.Ref).Properties;
  expect(bucket.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault).toEqual({
    SSEAlgorithm: 'aws:kms',
    KMSMasterKeyID: arn,
  });
  expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
  const [policy] = pipelineResources('AWS::S3::BucketPolicy');
  expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  );
});

test('only what needs no Docker, root, cache or longer than 15 minutes runs on Lambda, and only after the mutation', () => {
  const lambda = pipelineResources('AWS::CodeBuild::Project')
    .map((one) => one.Properties)
    .filter((one) => one.Environment.Type.endsWith('LAMBDA_CONTAINER'));
  expect(lambda.map((one) => one.Name)).toEqual(['saiondo-changes']);
  for (const stage of ['Dev', 'Prod'])
    expect(
      Object.entries(templates)
        .filter(([id]) => id.startsWith(`${stage}/`))
        .flatMap(([, template]) => resources(template, 'AWS::CodeBuild::Project'))
        .filter((one) => one.Properties.Environment.Type.endsWith('LAMBDA_CONTAINER'))
        .map((one) => one.Properties.Name),
    ).toEqual([`saiondo-${stage.toLowerCase()}-smoke-test`]);
});

test('an image that runs somewhere never expires', () => {
  for (const repository of pipelineResources('AWS::ECR::Repository')) {
    expect(repository.Properties).toMatchObject({
      ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      ImageScanningConfiguration: { ScanOnPush: true },
    });
    const { rules } = JSON.parse(repository.Properties.LifecyclePolicy.LifecyclePolicyText);
    expect(rules[0]).toMatchObject({ rulePriority: 1, selection: { tagPrefixList: ['in-use-'], countNumber: 1000 } });
    expect(rules.at(-1)).toMatchObject({ selection: { tagStatus: 'any' } });
  }
  for (const [stage, name] of [
    ['Dev', 'dev'],
    ['Prod', 'prod'],
  ]) {
    const [test] = resources(templates[`${stage}/Services`], 'AWS::CodeBuild::Project').filter((one) =>
      one.Properties.Name.endsWith('-smoke-test'),
    );
    const variables = test.Properties.Environment.EnvironmentVariables;
    expect(variables).toContainEqual({ Name: 'IN_USE_TAG', Type: 'PLAINTEXT', Value: `in-use-${name}` });
  }
});

test('what runs is written down as a role of the pipeline’s account, which only that environment’s smoke test takes', () => {
  for (const [name, account] of [
    ['dev', '222222222222'],
    ['prod', '333333333333'],
  ]) {
    const [role] = pipelineResources('AWS::IAM::Role').filter(
      (one) => one.Properties.RoleName === `saiondo-${name}-record`,
    );
    const [statement, ...others] = role.Properties.AssumeRolePolicyDocument.Statement;
    expect(others).toEqual([]);
    expect(JSON.stringify(statement.Principal)).toContain(`:iam::${account}:root`);
    expect(statement).toMatchObject({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/saiondo-${name}-smoke-test-build` } },
    });
  }
});

test('official base images come from ECR Public without credentials, others only with those of Docker Hub', () => {
  const prefixes = (of: Record<string, any>): string[] =>
    pipelineResources('AWS::ECR::PullThroughCacheRule', of).map((rule) => rule.Properties.UpstreamRegistryUrl);
  expect(prefixes(templates)).toEqual(['public.ecr.aws']);
  const secret = 'arn:aws:secretsmanager:ap-northeast-2:111111111111:secret:ecr-pullthroughcache/docker-hub-AbCdEf';
  const hub = synthesized(
    CONFIGURATION.replace('  region: ap-northeast-2\n', `  region: ap-northeast-2\n  dockerHubSecretArn: ${secret}\n`),
  );
  expect(prefixes(hub).sort()).toEqual(['public.ecr.aws', 'registry-1.docker.io']);
});

test('failures and waiting approvals are told of, in Slack too where that is configured', () => {
  const targets = (of: Record<string, any>): string[] =>
    pipelineResources('AWS::CodeStarNotifications::NotificationRule', of).flatMap((rule) =>
      rule.Properties.Targets.map((target: any) => target.TargetType),
    );
  expect(targets(templates)).toEqual(['SNS']);
  const slack = synthesized(
    `${CONFIGURATION}\nnotifications:\n  emails: [ops@example.com]\n  slack: { workspaceId: T0123456, channelId: C0123456 }\n`,
  );
  expect(targets(slack)).toEqual(['SNS']);
  const [channel] = pipelineResources('AWS::Chatbot::SlackChannelConfiguration', slack);
  expect(channel.Properties).toMatchObject({ SlackWorkspaceId: 'T0123456', SlackChannelId: 'C0123456' });
  expect(channel.Properties.SnsTopicArns).toEqual([{ Ref: expect.stringMatching(/^Notifications/) }]);
  expect(pipelineResources('AWS::SNS::Subscription', slack)[0].Properties.Endpoint).toBe('ops@example.com');
});

test('a pull request is tested by projects that can deploy nothing, and a fork’s waits for a maintainer', () => {
  const projects = pipelineResources('AWS::CodeBuild::Project').filter((one) =>
    /pull-request$/.test(one.Properties.Name),
  );
  expect(projects).toHaveLength(4);
  for (const { Properties } of projects) {
    expect(Properties.Source.Auth.Type).toBe('CODECONNECTIONS');
    expect(Properties.Triggers).toMatchObject({
      Webhook: true,
      PullRequestBuildPolicy: { RequiresCommentApproval: 'FORK_PULL_REQUESTS' },
    });
    const role = Properties.ServiceRole['Fn::GetAtt'][0];
    const granted = pipelineResources('AWS::IAM::Policy')
      .filter((policy) => policy.Properties.Roles.some((one: any) => one.Ref === role))
      .flatMap((policy) => policy.Properties.PolicyDocument.Statement)
      .flatMap((statement: any) => statement.Action);
    expect(
      granted.every((action: string) => /^(logs|codebuild|codeconnections|codestar-connections):/.test(action)),
    ).toBe(true);
  }
});
