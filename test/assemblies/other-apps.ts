import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  App,
  Duration,
  SecretValue,
  Stack,
  Stage,
  aws_codebuild as codebuild,
  aws_codecommit as codecommit,
  aws_codedeploy as codedeploy,
  aws_codepipeline as codepipeline,
  aws_codepipeline_actions as actions,
  aws_lambda as lambda,
  aws_s3 as s3,
  aws_s3_assets as assets,
  aws_sns as sns,
  pipelines,
  CfnOutput,
} from 'aws-cdk-lib';

const ACCOUNT = '222222222222';
const REGION = 'eu-central-1';

/** A stage of one stack with a file asset, in any account and region. */
class Site extends Stage {
  readonly bucket: CfnOutput;

  constructor(scope: App, id: string, source: string, env: { account: string; region: string }) {
    super(scope, id, { env });
    const stack = new Stack(this, 'Site');
    const page = path.join(source, 'page.html');
    fs.writeFileSync(page, '<h1>site</h1>');
    const asset = new assets.Asset(stack, 'Page', { path: page });
    const bucket = new s3.Bucket(stack, 'Bucket');
    new CfnOutput(stack, 'PageKey', { value: asset.s3ObjectKey });
    this.bucket = new CfnOutput(stack, 'BucketName', { value: bucket.bucketName });
  }
}

/** CodeCommit, PARALLEL, no self-mutation, another region and another account, a step that gives variables to a later one, caches, own images. */
export function codeCommit(app: App, source: string): void {
  const stack = new Stack(app, 'ForgePipeline', { env: { account: ACCOUNT, region: REGION } });
  const repository = codecommit.Repository.fromRepositoryName(stack, 'Repository', 'forge');
  const pipeline = new pipelines.CodePipeline(stack, 'Pipeline', {
    pipelineName: 'forge',
    pipelineType: codepipeline.PipelineType.V2,
    selfMutation: false,
    crossAccountKeys: true,
    dockerEnabledForSynth: true,
    synth: new pipelines.CodeBuildStep('Synth', {
      input: pipelines.CodePipelineSource.codeCommit(repository, 'main'),
      commands: ['cp -r assembly cdk.out'],
      env: { STAGE: 'test' },
      cache: codebuild.Cache.local(codebuild.LocalCacheMode.CUSTOM),
      partialBuildSpec: codebuild.BuildSpec.fromObject({ cache: { paths: ['node_modules/**/*'] } }),
      timeout: Duration.minutes(20),
    }),
  });
  const version = new pipelines.CodeBuildStep('Version', {
    commands: ['export VERSION=$(date +%s)'],
    buildEnvironment: { buildImage: codebuild.LinuxBuildImage.AMAZON_LINUX_2_5 },
  });
  const near = new Site(app, 'Near', source, { account: ACCOUNT, region: REGION });
  const far = new Site(app, 'Far', source, { account: '333333333333', region: 'us-east-1' });
  pipeline.addStage(near, { pre: [version] });
  pipeline.addStage(far, {
    pre: [new pipelines.ManualApprovalStep('Promote', { comment: 'to the other side' })],
    post: [
      new pipelines.ShellStep('Try', {
        env: { VERSION: version.exportedVariable('VERSION') },
        envFromCfnOutputs: { BUCKET: far.bucket },
        commands: ['echo "$VERSION $BUCKET"'],
      }),
    ],
  });
  pipeline.buildPipeline();
  const definition = pipeline.pipeline.node.defaultChild as codepipeline.CfnPipeline;
  definition.executionMode = 'PARALLEL';
  definition.addPropertyOverride('Triggers', undefined);
}

/** No CDK Pipelines at all: GitHub with a token, a build of its own buildspec file, Lambda, CodeDeploy, change sets with parameter overrides. */
export function handWritten(app: App): void {
  const stack = new Stack(app, 'ClassicPipeline', { env: { account: ACCOUNT, region: REGION } });
  const code = new codepipeline.Artifact('Code');
  const built = new codepipeline.Artifact('Built');
  const outputs = new codepipeline.Artifact('Outputs');
  const project = new codebuild.PipelineProject(stack, 'Project', {
    projectName: 'classic-build',
    buildSpec: codebuild.BuildSpec.fromSourceFilename('ci/buildspec.yml'),
  });
  const deploy = { stackName: 'classic', changeSetName: 'release' };
  new codepipeline.Pipeline(stack, 'Pipeline', {
    pipelineName: 'classic',
    pipelineType: codepipeline.PipelineType.V1,
    stages: [
      {
        stageName: 'Source',
        actions: [
          new actions.GitHubSourceAction({
            actionName: 'GitHub',
            owner: 'acme',
            repo: 'shop',
            branch: 'main',
            oauthToken: SecretValue.secretsManager('github-token'),
            output: code,
            variablesNamespace: 'Github',
            trigger: actions.GitHubTrigger.POLL,
          }),
        ],
      },
      {
        stageName: 'Build',
        actions: [
          new actions.CodeBuildAction({
            actionName: 'Build',
            project,
            input: code,
            outputs: [built],
            environmentVariables: { COMMIT: { value: '#{Github.CommitId}' } },
          }),
        ],
      },
      {
        stageName: 'Release',
        actions: [
          new actions.ManualApprovalAction({
            actionName: 'Sign',
            notificationTopic: new sns.Topic(stack, 'Approvals'),
            additionalInformation: 'release #{Github.CommitId}',
          }),
          new actions.CloudFormationCreateReplaceChangeSetAction({
            actionName: 'Prepare',
            ...deploy,
            templatePath: built.atPath('template.yaml'),
            templateConfiguration: built.atPath('config.json'),
            parameterOverrides: { Commit: '#{Github.CommitId}', Bucket: built.bucketName },
            adminPermissions: true,
            runOrder: 2,
          }),
          new actions.CloudFormationExecuteChangeSetAction({
            actionName: 'Deploy',
            ...deploy,
            output: outputs,
            outputFileName: 'outputs.json',
            runOrder: 3,
          }),
          new actions.LambdaInvokeAction({
            actionName: 'Warm',
            lambda: lambda.Function.fromFunctionName(stack, 'Warmer', 'warmer'),
            inputs: [outputs],
            userParameters: { commit: '#{Github.CommitId}' },
            runOrder: 4,
          }),
          new actions.CodeDeployServerDeployAction({
            actionName: 'Servers',
            input: built,
            deploymentGroup: codedeploy.ServerDeploymentGroup.fromServerDeploymentGroupAttributes(stack, 'Group', {
              application: codedeploy.ServerApplication.fromServerApplicationName(stack, 'Servers', 'servers'),
              deploymentGroupName: 'blue',
            }),
            runOrder: 4,
          }),
        ],
      },
    ],
  });
}
