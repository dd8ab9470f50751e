import { Aspects, Duration, RemovalPolicy, Stack, Tags, type StackProps } from 'aws-cdk-lib';
import { LinuxBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { ExecutionMode, PipelineType, ProviderType } from 'aws-cdk-lib/aws-codepipeline';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CodeBuildStep, CodePipeline, ManualApprovalStep, type IFileSetProducer } from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { acknowledge, acknowledgeLint, wildcard } from '../lib/acknowledge';
import { readBuildspec } from '../lib/buildspec';
import { pipelineRoleName } from '../lib/delivery-project';
import { EnvironmentStage } from '../lib/environment-stage';
import { ExactActions } from '../lib/exact-actions';
import type { ServiceName } from '../lib/images';
import { Artifacts } from './artifacts';
import { ConnectionSource } from './connection-source';
import { DeliveryStep } from './delivery-step';
import { narrowGeneratedRoles } from './generated-roles';
import { ImageRepositories } from './image-repositories';
import { verification } from './verification';

/** The CLI that self-mutation installs: its `latest` refuses this aws-cdk-lib's assembly. The same as in package.json. */
const CDK_CLI_VERSION = '2.1148.1';

/** What a push may change without starting the pipeline. */
const DOCUMENTATION = ['**/*.md', 'docs/**'];

/** What the pipeline stack is made from. */
export interface PipelineStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly images: Readonly<Record<ServiceName, string>>;
}

/** The self-mutating pipeline: Source → Build → UpdatePipeline → Verify → Dev → approval → Prod. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const { configuration, images } = props;
    Aspects.of(this).add(new ExactActions());
    Tags.of(this).add('project', configuration.project);
    Tags.of(this).add('environment', 'pipeline');
    Tags.of(this).add('owner', configuration.owner);
    Tags.of(this).add('cost-centre', configuration.costCentre);
    const sources = this.makeSources(configuration);
    const repositories = new ImageRepositories(this, 'Images', configuration);
    const synth = new CodeBuildStep('Synth', {
      projectName: `${configuration.project}-synth`,
      input: sources.pipeline,
      ...(sources.application === sources.pipeline
        ? { env: { SAIONDO_APPLICATION_DIR: '.' } }
        : { additionalInputs: { application: sources.application } }),
      commands: [],
      partialBuildSpec: readBuildspec('synth'),
      primaryOutputDirectory: 'cdk.out',
    });
    const role = new Role(this, 'Role', {
      roleName: pipelineRoleName(configuration),
      assumedBy: new ServicePrincipal('codepipeline.amazonaws.com'),
    });
    const artifacts = new Artifacts(this, 'Artifacts', configuration);
    const pipeline = new CodePipeline(this, 'Pipeline', {
      pipelineName: configuration.pipeline.name,
      pipelineType: PipelineType.V2,
      // A newer commit overtakes a waiting older one, so nobody approves a commit that has been replaced (docs/architecture.md).
      executionMode: ExecutionMode.SUPERSEDED,
      synth,
      role,
      artifactBucket: artifacts.bucket,
      crossAccountKeys: true,
      usePipelineRoleForActions: true,
      cliVersion: CDK_CLI_VERSION,
      codeBuildDefaults: {
        buildEnvironment: { buildImage: LinuxBuildImage.STANDARD_7_0 },
        timeout: Duration.minutes(30),
        logging: {
          cloudWatch: {
            // One group for all of the pipeline's builds, a stream for each: one retention, and one place to look.
            logGroup: new LogGroup(this, 'BuildLogs', {
              logGroupName: `/saiondo/${configuration.project}-pipeline`,
              retention: RetentionDays.ONE_YEAR,
              removalPolicy: RemovalPolicy.DESTROY,
            }),
          },
        },
      },
    });
    if (!synth.primaryOutput) throw new Error('the synth step has the assembly as its output');
    const verify = verification({
      configuration,
      application: sources.application,
      assembly: synth.primaryOutput,
      repositories,
    });
    pipeline.addWave('Verify', { post: verify.steps });
    this.addEnvironment(pipeline, sources.application, configuration, images, 'dev', 'Dev');
    this.addEnvironment(pipeline, sources.application, configuration, images, 'prod', 'Prod');
    pipeline.buildPipeline();

    verify.acknowledge();
    // aws-cdk-lib writes the dependency on the role out, beside the reference that says the same.
    acknowledgeLint(pipeline.pipeline, 'W3005');
    narrowGeneratedRoles(this, pipeline, artifacts.bucket);
    acknowledge(role, {
      [wildcard(this, artifacts.bucket.arnForObjects('*'))]:
        'the objects of the one artifact bucket: CodePipeline gives each a random name',
    });
    for (const source of new Set([sources.application, sources.pipeline])) {
      pipeline.pipeline.addTrigger({
        providerType: ProviderType.CODE_STAR_SOURCE_CONNECTION,
        gitConfiguration: {
          sourceAction: source.action,
          pushFilter: [
            {
              branchesIncludes: [
                source === sources.application
                  ? configuration.repositories.application.branch
                  : configuration.repositories.pipeline.branch,
              ],
              filePathsExcludes: DOCUMENTATION,
            },
          ],
        },
      });
    }
    // CDK grants the old name of the permission only; the service asks for either (Developer Tools console guide, "Connections").
    role.addToPolicy(
      new PolicyStatement({
        actions: ['codeconnections:UseConnection', 'codestar-connections:UseConnection'],
        resources: [configuration.pipeline.connectionArn],
      }),
    );
  }

  private makeSources({ repositories, pipeline }: Configuration): {
    application: ConnectionSource;
    pipeline: ConnectionSource;
  } {
    const source = (repository: { name: string; branch: string }, actionName: string): ConnectionSource => {
      const [owner = '', repo = ''] = repository.name.split('/');
      return new ConnectionSource({
        owner,
        repo,
        branch: repository.branch,
        connectionArn: pipeline.connectionArn,
        actionName,
      });
    };
    const application = source(repositories.application, 'Application');
    const same =
      repositories.application.name === repositories.pipeline.name &&
      repositories.application.branch === repositories.pipeline.branch;
    return { application, pipeline: same ? application : source(repositories.pipeline, 'Pipeline') };
  }

  private addEnvironment(
    pipeline: CodePipeline,
    application: IFileSetProducer,
    configuration: Configuration,
    images: PipelineStackProps['images'],
    name: 'dev' | 'prod',
    stageName: 'Dev' | 'Prod',
  ): void {
    const environment = configuration.environments[name];
    // The stage hangs on the app, not on this stack: its stacks' names are then `Dev-Network`, without the pipeline's.
    const stage = new EnvironmentStage(this.node.root, stageName, { name, environment, configuration, images });
    const input = application.primaryOutput;
    if (!input) throw new Error('a source has an output');
    const { account, region } = environment;
    const deliver = (id: string, task: 'migrate' | 'contracts' | 'web'): DeliveryStep =>
      new DeliveryStep(id, { input, task, prefix: stage.prefix, account, region });
    pipeline.addStage(stage, {
      ...(name === 'prod'
        ? {
            pre: [
              new ManualApprovalStep('PromoteToProd', {
                comment: `Promote what runs in ${configuration.environments.dev.account} (dev) to prod?`,
              }),
            ],
          }
        : {}),
      stackSteps: [
        { stack: stage.data, post: [deliver('Migrate', 'migrate')] },
        { stack: stage.web, post: [deliver('DeployWeb', 'web')] },
        { stack: stage.contracts, post: [deliver('DeployContracts', 'contracts')] },
      ],
      post: [
        new CodeBuildStep(`SmokeTest`, {
          projectName: `${stage.prefix}-smoke-test`,
          input: application,
          commands: [],
          env: { HEALTH_PATH: configuration.components.api.healthPath },
          envFromCfnOutputs: { API_URL: stage.apiUrl },
          partialBuildSpec: readBuildspec('smoke-test'),
        }),
      ],
    });
  }
}
