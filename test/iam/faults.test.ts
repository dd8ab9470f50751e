import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import type { ActionContext, ActionRunners } from '../../engine/ports/action';
import { Permissions } from '../../engine/rehearsal/permissions';
import type { IamMode } from '../../engine/ports/iam-mode';
import { causeOf } from '../../operator/triage/cause';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import { deployAll } from './deployed-app';
import { PIPELINE, TARGET, smallApp, stacksOf, type SmallApp } from './small-app';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-faults-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Statement = Record<string, any>;
const own = (app: SmallApp, side: keyof SmallApp, role: string): Statement[] =>
  app[side].Resources[role]?.Properties.Policies[0].PolicyDocument.Statement as Statement[];
const properties = (app: SmallApp, side: keyof SmallApp, id: string) => app[side].Resources[id]?.Properties ?? {};
/** Takes actions out of a role's policy; a statement that is left without any goes. */
function without(app: SmallApp, side: keyof SmallApp, role: string, ...actions: string[]): void {
  const document = properties(app, side, role).Policies[0].PolicyDocument as { Statement: Statement[] };
  document.Statement = document.Statement.map((one) => ({
    ...one,
    Action: [one.Action].flat().filter((name: string) => !actions.includes(name)),
  })).filter((one) => (one.Action as string[]).length > 0);
}
const trust = (app: SmallApp, side: keyof SmallApp, role: string): Statement =>
  properties(app, side, role).AssumeRolePolicyDocument.Statement[0] as Statement;
const keyPolicy = (app: SmallApp): Statement[] => properties(app, 'pipeline', 'Key').KeyPolicy.Statement as Statement[];
const bucketPolicy = (app: SmallApp): Statement[] =>
  properties(app, 'pipeline', 'BucketPolicy').PolicyDocument.Statement as Statement[];
const boundary = (app: SmallApp, side: 'pipeline' | 'target', role: string, ...Statement: object[]): void => {
  app[side].Resources.Boundary = {
    Type: 'AWS::IAM::ManagedPolicy',
    Properties: { ManagedPolicyName: 'limit', PolicyDocument: { Version: '2012-10-17', Statement } },
  };
  properties(app, side, role).PermissionsBoundary = { Ref: 'Boundary' };
};

interface Outcome {
  readonly at: string;
  readonly message: string;
  readonly next: string;
}

/** Runs the guard over every action in order, as a run does. @returns the first that fails, and what was said */
async function run(app: SmallApp, mode: IamMode = 'enforce'): Promise<{ failed?: Outcome; said: string[] }> {
  const ledger = await deployAll(stacksOf(app));
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) throw new Error('no pipeline');
  const pipeline = readPipeline(resource, resource.stack);
  const layout = new Layout(fs.mkdtempSync(path.join(root, 'run-')));
  fs.mkdirSync(layout.run('r'), { recursive: true });
  const said: string[] = [];
  const done: ActionRunners = new Map([['any', () => Promise.resolve({ status: 'Succeeded' as const })]]);
  const book = { file: layout.permissions('r'), emit: () => undefined };
  const guarded = new Permissions(ledger, mode, book).guard(done).get('any');
  for (const stage of pipeline.stages) {
    for (const action of [...stage.actions].sort((a, b) => a.runOrder - b.runOrder)) {
      const emit = (event: RunEventBody) => void (event.kind === 'message' && said.push(event.text));
      const result = await guarded?.({
        pipeline,
        action,
        stage: stage.name,
        ledger,
        layout,
        runId: 'r',
        emit,
      } as unknown as ActionContext);
      if (result?.status === 'Failed')
        return {
          failed: {
            at: `${stage.name}/${action.name}`,
            message: result.failure.message,
            next: result.failure.next ?? '',
          },
          said,
        };
    }
  }
  return { said };
}

test('an app whose roles may what they have to fails nowhere', async () => {
  expect(await run(smallApp())).toEqual({ said: [] });
});

interface Fault {
  readonly name: string;
  readonly at: string;
  readonly role: string;
  readonly action: string;
  readonly because?: string;
  readonly make: (app: SmallApp) => void;
}

const identity = 'because no identity-based policy allows';
const faults: readonly Fault[] = [
  {
    name: 'the connection is not granted',
    at: 'Source/Git',
    role: 'pipeline',
    action: 'codestar-connections:UseConnection',
    make: (app) => without(app, 'pipeline', 'PipelineRole', 'codestar-connections:UseConnection'),
  },
  {
    name: 'the connection is granted under its new prefix alone',
    at: 'Source/Git',
    role: 'pipeline',
    action: 'codestar-connections:UseConnection',
    make: (app) => void (own(app, 'pipeline', 'PipelineRole')[0]!.Action = 'codeconnections:UseConnection'),
  },
  {
    name: 'the source may not write the artifact',
    at: 'Source/Git',
    role: 'pipeline',
    action: 's3:PutObject',
    make: (app) => without(app, 'pipeline', 'PipelineRole', 's3:PutObject'),
  },
  {
    name: 'the source may not encrypt the artifact',
    at: 'Source/Git',
    role: 'pipeline',
    action: 'kms:GenerateDataKey',
    make: (app) => without(app, 'pipeline', 'PipelineRole', 'kms:GenerateDataKey'),
  },
  {
    name: 'CodePipeline is not trusted by the pipeline’s role',
    at: 'Source/Git',
    role: 'codepipeline.amazonaws.com',
    action: 'sts:AssumeRole',
    because: 'because no role trust policy allows',
    make: (app) => void (trust(app, 'pipeline', 'PipelineRole').Principal = { Service: 'codebuild.amazonaws.com' }),
  },
  {
    name: 'a key policy without the account’s statement',
    at: 'Source/Git',
    role: 'pipeline',
    action: 'kms:GenerateDataKey',
    because: 'because no resource-based policy allows',
    make: (app) => void keyPolicy(app).shift(),
  },
  {
    name: 'the pipeline may not start the build',
    at: 'Build/Build',
    role: 'pipeline',
    action: 'codebuild:StartBuild',
    make: (app) => without(app, 'pipeline', 'PipelineRole', 'codebuild:StartBuild'),
  },
  {
    name: 'the pipeline may not look at the build',
    at: 'Build/Build',
    role: 'pipeline',
    action: 'codebuild:BatchGetBuilds',
    make: (app) => without(app, 'pipeline', 'PipelineRole', 'codebuild:BatchGetBuilds'),
  },
  {
    name: 'the build is granted under another project’s name',
    at: 'Build/Build',
    role: 'pipeline',
    action: 'codebuild:StartBuild',
    make: (app) =>
      void (own(app, 'pipeline', 'PipelineRole')[3]!.Resource =
        `arn:aws:codebuild:eu-west-1:${PIPELINE}:project/builds`),
  },
  {
    name: 'CodeBuild is not trusted by the build’s role',
    at: 'Build/Build',
    role: 'codebuild.amazonaws.com',
    action: 'sts:AssumeRole',
    because: 'because no role trust policy allows',
    make: (app) => void (trust(app, 'pipeline', 'BuildRole').Principal = { Service: 'codepipeline.amazonaws.com' }),
  },
  {
    name: 'a log group of another name',
    at: 'Build/Build',
    role: 'build',
    action: 'logs:CreateLogStream',
    make: (app) =>
      void (properties(app, 'pipeline', 'Build').LogsConfig = {
        CloudWatchLogs: { Status: 'ENABLED', GroupName: '/app/builds' },
      }),
  },
  {
    name: 'the log may be made but not written',
    at: 'Build/Build',
    role: 'build',
    action: 'logs:PutLogEvents',
    make: (app) => without(app, 'pipeline', 'BuildRole', 'logs:PutLogEvents'),
  },
  {
    name: 'the build may not decrypt its artifact',
    at: 'Build/Build',
    role: 'build',
    action: 'kms:Decrypt',
    make: (app) => without(app, 'pipeline', 'BuildRole', 'kms:Decrypt'),
  },
  {
    name: 'the build may not write its output',
    at: 'Build/Build',
    role: 'build',
    action: 's3:PutObject',
    make: (app) => without(app, 'pipeline', 'BuildRole', 's3:PutObject'),
  },
  {
    name: 'the artifacts are granted in another folder',
    at: 'Build/Build',
    role: 'build',
    action: 's3:GetObject',
    make: (app) => void (own(app, 'pipeline', 'BuildRole')[1]!.Resource = 'arn:aws:s3:::artifacts/app/*'),
  },
  {
    name: 'the build may not read its secret',
    at: 'Build/Build',
    role: 'build',
    action: 'secretsmanager:GetSecretValue',
    make: (app) => without(app, 'pipeline', 'BuildRole', 'secretsmanager:GetSecretValue'),
  },
  {
    name: 'a secret is granted by its name without the six characters',
    at: 'Build/Build',
    role: 'build',
    action: 'secretsmanager:GetSecretValue',
    make: (app) =>
      void (own(app, 'pipeline', 'BuildRole')[3]!.Resource =
        `arn:aws:secretsmanager:eu-west-1:${PIPELINE}:secret:npm-token`),
  },
  {
    name: 'a parameter is granted by GetParameter alone',
    at: 'Build/Build',
    role: 'build',
    action: 'ssm:GetParameters',
    make: (app) => void (own(app, 'pipeline', 'BuildRole')[4]!.Action = 'ssm:GetParameter'),
  },
  {
    name: 'ecr:GetAuthorizationToken on a repository',
    at: 'Build/Build',
    role: 'build',
    action: 'ecr:GetAuthorizationToken',
    make: (app) =>
      void (own(app, 'pipeline', 'BuildRole')[5]!.Resource = `arn:aws:ecr:eu-west-1:${PIPELINE}:repository/tools`),
  },
  {
    name: 'the build may not pull its image',
    at: 'Build/Build',
    role: 'build',
    action: 'ecr:BatchGetImage',
    make: (app) => without(app, 'pipeline', 'BuildRole', 'ecr:BatchGetImage'),
  },
  {
    name: 'the network interface is for another service',
    at: 'Build/Build',
    role: 'build',
    action: 'ec2:CreateNetworkInterfacePermission',
    make: (app) =>
      void (own(app, 'pipeline', 'BuildRole').at(-1)!.Condition.StringEquals['ec2:AuthorizedService'] =
        'ecs.amazonaws.com'),
  },
  {
    name: 'the build may not look at subnets',
    at: 'Build/Build',
    role: 'build',
    action: 'ec2:DescribeSubnets',
    make: (app) => without(app, 'pipeline', 'BuildRole', 'ec2:DescribeSubnets'),
  },
  {
    name: 'a condition on the wrong tag',
    at: 'Build/Build',
    role: 'build',
    action: 'secretsmanager:GetSecretValue',
    make: (app) =>
      void (own(app, 'pipeline', 'BuildRole')[3]!.Condition = {
        StringEquals: { 'aws:PrincipalTag/team': 'payments' },
      }),
  },
  {
    name: 'an explicit deny',
    at: 'Build/Build',
    role: 'build',
    action: 'secretsmanager:GetSecretValue',
    because: 'with an explicit deny in an identity-based policy',
    make: (app) =>
      void own(app, 'pipeline', 'BuildRole').push({ Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' }),
  },
  {
    name: 'a boundary like an SCP',
    at: 'Build/Build',
    role: 'build',
    action: 'secretsmanager:GetSecretValue',
    because: 'with an explicit deny in a permissions boundary',
    make: (app) =>
      boundary(
        app,
        'pipeline',
        'BuildRole',
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' },
      ),
  },
  {
    name: 'a boundary without a service',
    at: 'Build/Build',
    role: 'build',
    action: 'kms:Decrypt',
    because: 'because no permissions boundary allows',
    make: (app) => boundary(app, 'pipeline', 'BuildRole', { Effect: 'Allow', NotAction: 'kms:*', Resource: '*' }),
  },
  {
    name: 'a trust policy without the pipeline’s account',
    at: 'Deploy/Prepare',
    role: 'pipeline',
    action: 'sts:AssumeRole',
    because: 'because no role trust policy allows',
    make: (app) => void (trust(app, 'target', 'DeployRole').Principal = { AWS: `arn:aws:iam::${TARGET}:root` }),
  },
  {
    name: 'a trust policy that asks for an external id',
    at: 'Deploy/Prepare',
    role: 'pipeline',
    action: 'sts:AssumeRole',
    because: 'because no role trust policy allows',
    make: (app) => void (trust(app, 'target', 'DeployRole').Condition = { StringEquals: { 'sts:ExternalId': 'x' } }),
  },
  {
    name: 'the pipeline may not assume the action’s role',
    at: 'Deploy/Prepare',
    role: 'pipeline',
    action: 'sts:AssumeRole',
    make: (app) => without(app, 'pipeline', 'PipelineRole', 'sts:AssumeRole'),
  },
  {
    name: 'iam:PassRole is missing',
    at: 'Deploy/Prepare',
    role: 'deploy',
    action: 'iam:PassRole',
    make: (app) => without(app, 'target', 'DeployRole', 'iam:PassRole'),
  },
  {
    name: 'iam:PassRole to another service',
    at: 'Deploy/Prepare',
    role: 'deploy',
    action: 'iam:PassRole',
    make: (app) =>
      void (own(app, 'target', 'DeployRole')[1]!.Condition = {
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      }),
  },
  {
    name: 'CloudFormation is not trusted by the execution role',
    at: 'Deploy/Prepare',
    role: 'cloudformation.amazonaws.com',
    action: 'sts:AssumeRole',
    because: 'because no role trust policy allows',
    make: (app) => void (trust(app, 'target', 'ExecutionRole').Principal = { Service: 'codepipeline.amazonaws.com' }),
  },
  {
    name: 'kms:Decrypt on the artifact key across accounts is missing in the role',
    at: 'Deploy/Prepare',
    role: 'deploy',
    action: 'kms:Decrypt',
    make: (app) => without(app, 'target', 'DeployRole', 'kms:Decrypt'),
  },
  {
    name: 'kms:Decrypt across accounts is missing in the key’s policy',
    at: 'Deploy/Prepare',
    role: 'deploy',
    action: 'kms:Decrypt',
    because: 'because no resource-based policy allows',
    make: (app) => void keyPolicy(app).pop(),
  },
  {
    name: 'a bucket policy without the action’s role',
    at: 'Deploy/Prepare',
    role: 'deploy',
    action: 's3:GetObject',
    because: 'because no resource-based policy allows',
    make: (app) => void bucketPolicy(app).shift(),
  },
  {
    name: 'a bucket policy that refuses everybody',
    at: 'Source/Git',
    role: 'pipeline',
    action: 's3:PutObject',
    because: 'with an explicit deny in a resource-based policy',
    make: (app) => void (bucketPolicy(app)[1]!.Condition = {}),
  },
  {
    name: 'the change set may not be executed',
    at: 'Deploy/Execute',
    role: 'deploy',
    action: 'cloudformation:ExecuteChangeSet',
    make: (app) => without(app, 'target', 'DeployRole', 'cloudformation:ExecuteChangeSet'),
  },
  {
    name: 'the other account’s build is not granted to its start role',
    at: 'Deploy/Smoke',
    role: 'start-smoke',
    action: 'codebuild:StartBuild',
    make: (app) => without(app, 'target', 'StartRole', 'codebuild:StartBuild'),
  },
  {
    name: 'the other account’s build may not read the artifact',
    at: 'Deploy/Smoke',
    role: 'smoke',
    action: 's3:GetObject',
    because: 'because no resource-based policy allows',
    make: (app) => void (bucketPolicy(app)[0]!.Principal.AWS = [`arn:aws:iam::${TARGET}:role/deploy`]),
  },
];

test.each(faults.map((one) => [one.name, one] as const))(
  '%s',
  async (_, { at, role, action, because = identity, make }) => {
    const app = smallApp();
    make(app);
    const { failed } = await run(app);
    expect(failed?.at).toBe(at);
    expect(failed?.message).toContain(`is not authorized to perform: ${action}`);
    expect(failed?.message).toContain(because);
    expect(failed?.message).toMatch(
      new RegExp(`^User: (arn:aws:sts::\\d+:assumed-role/)?${role.replaceAll('.', '\\.')}(/| )`),
    );
    expect(failed?.next).not.toBe('');
    // The first sentence of `saiondo triage`: the permission, whose it is, and on what.
    const message = failed?.message ?? '';
    const { summary } = causeOf({ provider: 'CodeBuild', message, output: [], tests: [], events: [] });
    expect(summary).toContain(`access denied: ${role} may not ${action}`);
  },
);

test('report says what enforce fails on, and every fault has its statement in CDK and JSON', async () => {
  const app = smallApp();
  without(app, 'target', 'DeployRole', 'iam:PassRole');
  const { failed, said } = await run(app, 'report');
  expect(failed).toBeUndefined();
  expect(said).toEqual([
    `Deploy/Prepare: iam:PassRole would be denied on AWS: User: arn:aws:sts::${TARGET}:assumed-role/deploy/rehearsal is not authorized to perform: iam:PassRole on resource: arn:aws:iam::${TARGET}:role/execution because no identity-based policy allows the iam:PassRole action; add to the identity-based policy of App/deploy: {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::${TARGET}:role/execution"}; in CDK: role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: ['arn:aws:iam::${TARGET}:role/execution'] }))`,
  ]);
  expect((await run(app, 'off')).said).toEqual([]);
});
