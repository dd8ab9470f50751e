import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  App,
  CfnOutput,
  Stack,
  Stage,
  aws_codepipeline as codepipeline,
  aws_codepipeline_actions as actions,
  aws_ecr as ecr,
  aws_ecr_assets as assets,
  aws_iam as iam,
  aws_s3 as s3,
  aws_s3_deployment as deployment,
  aws_ssm as ssm,
  custom_resources as custom,
  CustomResource,
  RemovalPolicy,
  pipelines,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { codeCommit, handWritten } from './other-apps';

// Pipelines as other people write them: each uses what ours does not. They are synthesized when a test runs, with the CDK that is installed.
const ACCOUNT = '222222222222';
const REGION = 'eu-central-1';
const env = { account: ACCOUNT, region: REGION };
const CONNECTION = `arn:aws:codestar-connections:${REGION}:${ACCOUNT}:connection/00000000-0000-4000-8000-000000000000`;

/** An app, by name; the folder gets its sources and then its assembly. */
export const APPS = { wave, v1, s3Source, providers, codeCommit, handWritten } as const;

/** Synthesizes an app into `folder/assembly`. Its sources are in `folder/source`. */
export function synthesize(name: keyof typeof APPS, folder: string): string {
  process.env.CDK_VALIDATION = 'false';
  const source = path.join(folder, 'source');
  fs.mkdirSync(source, { recursive: true });
  const app = new App({
    outdir: path.join(folder, 'assembly'),
    analyticsReporting: false,
    // As the CDK's command line sets it.
    context: { 'aws:cdk:enable-path-metadata': true },
  });
  APPS[name](app, source);
  return app.synth().directory;
}

const shop = (): pipelines.CodePipelineSource =>
  pipelines.CodePipelineSource.connection('acme/shop', 'main', { connectionArn: CONNECTION });

/** The source holds its assembly: a synth that needs no network, so that a rehearsal of the whole pipeline needs none for it. */
const synth = (input = shop()): pipelines.ShellStep =>
  new pipelines.ShellStep('Synth', {
    input,
    commands: ['cp -r assembly cdk.out', 'echo synthesized > cdk.out/note.txt'],
  });

/** What each stage deploys: a site of a file asset, a parameter that a call of AWS reads back, objects that go with their bucket. */
class Shop extends Stage {
  readonly site: CfnOutput;

  constructor(scope: Construct, id: string, options: { source: string; image?: boolean; unanswered?: boolean }) {
    super(scope, id, { env });
    const stack = new Stack(this, 'Site');
    const bucket = new s3.Bucket(stack, 'Bucket', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    const site = path.join(options.source, 'site');
    fs.mkdirSync(site, { recursive: true });
    fs.writeFileSync(path.join(site, 'index.html'), '<h1>shop</h1>');
    new deployment.BucketDeployment(stack, 'Files', {
      destinationBucket: bucket,
      sources: [
        deployment.Source.asset(site),
        deployment.Source.jsonData('settings.json', { bucket: bucket.bucketName }),
      ],
    });
    const greeting = new ssm.StringParameter(stack, 'Greeting', { stringValue: `hello from ${id}` });
    const read = new custom.AwsCustomResource(stack, 'Read', {
      onUpdate: {
        service: 'SSM',
        action: 'getParameter',
        parameters: { Name: greeting.parameterName },
        physicalResourceId: custom.PhysicalResourceId.of('read'),
      },
      policy: custom.AwsCustomResourcePolicy.fromSdkCalls({ resources: custom.AwsCustomResourcePolicy.ANY_RESOURCE }),
      installLatestAwsSdk: false,
    });
    new CfnOutput(stack, 'Greeted', { value: read.getResponseField('Parameter.Value') });
    this.site = new CfnOutput(stack, 'BucketName', { value: bucket.bucketName });
    if (options.image) {
      const folder = path.join(options.source, 'image');
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
      const image = new assets.DockerImageAsset(stack, 'Image', { directory: folder });
      new CfnOutput(stack, 'ImageUri', { value: image.imageUri });
    }
    if (options.unanswered)
      new CustomResource(stack, 'Seed', {
        resourceType: 'Custom::Seed',
        serviceToken: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:seed`,
      });
  }
}

/** A wave of two stages, file and Docker assets, pinned tools. */
function wave(app: App, source: string): void {
  const stack = new Stack(app, 'ShopPipeline', { env });
  const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
    pipelineName: 'shop',
    pipelineType: codepipeline.PipelineType.V2,
    synth: synth(),
    cliVersion: '2.1148.1',
    cdkAssetsCliVersion: '4.7.3',
  });
  const europe = new Shop(app, 'Europe', { source });
  const asia = new Shop(app, 'Asia', { source, image: true });
  const both = pipeline.addWave('Shops');
  both.addStage(europe);
  both.addStage(asia, {
    post: [
      new pipelines.CodeBuildStep('Look', {
        envFromCfnOutputs: { BUCKET: asia.site },
        // The CDK grants a step nothing of what the stage has made.
        rolePolicyStatements: [
          new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::asia-site-bucket*/*'] }),
        ],
        commands: [
          'test -n "$BUCKET"',
          'aws s3 cp "s3://$BUCKET/settings.json" -',
          'aws s3 cp "s3://$BUCKET/index.html" -',
        ],
      }),
    ],
  });
}

/** V1, a check for broader permissions, a second source as additional input, outputs as environment, a custom resource of its own. */
function v1(app: App, source: string): void {
  const stack = new Stack(app, 'OldPipeline', { env });
  const repository = shop();
  const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
    pipelineName: 'old',
    pipelineType: codepipeline.PipelineType.V1,
    synth: synth(repository),
    selfMutation: false,
  });
  const stage = new Shop(app, 'Test', { source, unanswered: true });
  const tests = pipelines.CodePipelineSource.connection('acme/tests', 'main', { connectionArn: CONNECTION });
  pipeline.addStage(stage, {
    pre: [new pipelines.ConfirmPermissionsBroadening('Permissions', { stage })],
    post: [
      new pipelines.ShellStep('Try', {
        input: repository,
        additionalInputs: { '../tests': tests },
        envFromCfnOutputs: { BUCKET: stage.site },
        commands: ['ls ../tests'],
      }),
    ],
  });
}

/** An S3 source, assets published one after another by one project a type, stacks without change sets. */
function s3Source(app: App, source: string): void {
  const stack = new Stack(app, 'DropPipeline', { env });
  const drop = s3.Bucket.fromBucketName(stack, 'Drop', 'acme-drop');
  const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
    pipelineName: 'drop',
    synth: synth(pipelines.CodePipelineSource.s3(drop, 'shop.zip')),
    publishAssetsInParallel: false,
    useChangeSets: false,
  });
  pipeline.addStage(new Shop(app, 'Only', { source }));
}

/** A step that is one action of `aws-codepipeline-actions`. */
class ActionStep extends pipelines.Step implements pipelines.ICodePipelineActionFactory {
  constructor(
    id: string,
    private readonly make: (options: pipelines.ProduceActionOptions) => codepipeline.IAction,
  ) {
    super(id);
  }

  produceAction(
    stage: codepipeline.IStage,
    options: pipelines.ProduceActionOptions,
  ): pipelines.CodePipelineActionFactoryResult {
    stage.addAction(this.make(options));
    return { runOrdersConsumed: 1 };
  }
}

/** V2's managed actions: Commands, ECRBuildAndPublish, another pipeline; and a stack set, which nothing here stands in for. */
function providers(app: App, source: string): void {
  const stack = new Stack(app, 'ProvidersPipeline', { env });
  const input = shop();
  const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
    pipelineName: 'providers',
    pipelineType: codepipeline.PipelineType.V2,
    synth: synth(input),
    selfMutation: false,
  });
  const other = codepipeline.Pipeline.fromPipelineArn(
    stack,
    'Other',
    `arn:aws:codepipeline:${REGION}:${ACCOUNT}:other`,
  );
  const repository = ecr.Repository.fromRepositoryName(stack, 'Images', 'images');
  const artifact = (options: pipelines.ProduceActionOptions): codepipeline.Artifact =>
    options.artifacts.toCodePipeline(input.primaryOutput as pipelines.FileSet);
  pipeline.addStage(new Shop(app, 'Only', { source }), {
    pre: [
      new ActionStep(
        'Greet',
        (options) =>
          new actions.CommandsAction({
            actionName: options.actionName,
            runOrder: options.runOrder,
            input: artifact(options),
            commands: ['echo hello', 'ls'],
          }),
      ),
      new ActionStep(
        'Image',
        (options) =>
          new actions.EcrBuildAndPublishAction({
            actionName: options.actionName,
            runOrder: options.runOrder,
            input: artifact(options),
            repositoryName: repository.repositoryName,
          }),
      ),
    ],
    post: [
      new ActionStep(
        'Next',
        (options) =>
          new actions.PipelineInvokeAction({
            actionName: options.actionName,
            runOrder: options.runOrder,
            targetPipeline: other,
          }),
      ),
      new ActionStep(
        'Everywhere',
        (options) =>
          new actions.CloudFormationDeployStackSetAction({
            actionName: options.actionName,
            runOrder: options.runOrder,
            stackSetName: 'everywhere',
            template: actions.StackSetTemplate.fromArtifactPath(artifact(options).atPath('stack-set.yaml')),
            stackInstances: actions.StackInstances.inAccounts([ACCOUNT], [REGION]),
            deploymentModel: actions.StackSetDeploymentModel.selfManaged({
              administrationRole: iam.Role.fromRoleArn(stack, 'Admin', `arn:aws:iam::${ACCOUNT}:role/admin`),
            }),
          }),
      ),
    ],
  });
}
