import { Aspects, Duration, RemovalPolicy, Stack, Tags, type StackProps } from 'aws-cdk-lib';
import { Cache, ComputeType, type Project } from 'aws-cdk-lib/aws-codebuild';
import { ExecutionMode, PipelineType, ProviderType, Variable } from 'aws-cdk-lib/aws-codepipeline';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CodeBuildStep, CodePipeline, type FileSet } from 'aws-cdk-lib/pipelines';
import type { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { acknowledge, acknowledgeLint, wildcard } from '../lib/acknowledge';
import { pipelineRoleName } from '../lib/delivery-project';
import type { ComponentBuilds } from '../repository/component-builds';
import { EnvironmentStage } from '../lib/environment-stage';
import { BuildspecFiles } from '../lib/buildspec-files';
import { ExactActions } from '../lib/exact-actions';
import type { ImageTags } from '../lib/images';
import { Artifacts } from './artifacts';
import { BaseImages } from './base-images';
import { ConnectionSource } from './connection-source';
import { DeliveryStep, type DeliveryStepProps, prepareEarly } from './delivery-step';
import { narrowGeneratedRoles } from './generated-roles';
import { ImageRepositories } from './image-repositories';
import { BUILD_ENVIRONMENT } from './build-environment';
import { notify } from './notifications';
import { promotionSteps } from './promotion';
import { PullRequests } from './pull-requests';
import { guardRecords, recordVariables, showUnchanged } from './records';
import { makeRecordRole, recordedVariables } from './record-role';
import { RollbackPipeline } from './rollback-pipeline';
import { CDK_CLI_VERSION, takeBuildspecsFromSource } from './self-mutation';
import { verification, type Verification } from './verification';

/** What a push may change without starting the pipeline. */
const DOCUMENTATION = ['**/*.md', 'docs/**'];

/** What the pipeline stack is made from. */
export interface PipelineStackProps extends StackProps {
  readonly configuration: Configuration;
  readonly images: ImageTags;
  /** How the application's components are built: read from its checkout. */
  readonly builds: ComponentBuilds;
}

interface Sources {
  readonly application: ConnectionSource;
  readonly pipeline: ConnectionSource;
}

/** The self-mutating pipeline: Source → Build → UpdatePipeline → Verify → Dev → Promote → Prod. */
export class PipelineStack extends Stack {
  private readonly configuration: Configuration;

  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const { configuration, images, builds } = props;
    this.configuration = configuration;
    Aspects.of(this).add(new ExactActions());
    Aspects.of(this).add(new BuildspecFiles());
    Tags.of(this).add('project', configuration.project);
    Tags.of(this).add('environment', 'pipeline');
    Tags.of(this).add('owner', configuration.owner);
    Tags.of(this).add('cost-centre', configuration.costCentre);

    const sources = this.makeSources();
    const artifacts = new Artifacts(this, 'Artifacts', configuration);
    const repositories = new ImageRepositories(this, 'Images', configuration);
    const role = new Role(this, 'Role', {
      roleName: pipelineRoleName(configuration),
      assumedBy: new ServicePrincipal('codepipeline.amazonaws.com'),
    });
    const synthName = `${configuration.project}-synth`;
    const environmentOfSynth =
      sources.application === sources.pipeline ? { SAIONDO_APPLICATION_DIR: '.' } : ({} as Record<string, string>);
    const synth = new CodeBuildStep('Synth', {
      projectName: synthName,
      input: sources.pipeline,
      ...(sources.application === sources.pipeline ? {} : { additionalInputs: { application: sources.application } }),
      env: {
        ...environmentOfSynth,
        ...recordVariables(configuration, {
          projectName: synthName,
          environment: environmentOfSynth,
          secrets: {},
          machine: [BUILD_ENVIRONMENT.buildImage.imageId, ComputeType.MEDIUM],
          outputs: ['cdk.out'],
          others: [],
          ofPeriod: true,
        }),
      },
      commands: [],
      primaryOutputDirectory: 'cdk.out',
      buildEnvironment: { computeType: ComputeType.MEDIUM },
      // What npm downloads, by the lock file: npm compares each archive with the lock file's digest, wherever it comes from.
      cache: Cache.bucket(artifacts.bucket, { prefix: 'cache' }),
      timeout: Duration.minutes(30),
    });
    const pipeline = new CodePipeline(this, 'Pipeline', {
      codePipeline: new RollbackPipeline(this, 'CodePipeline', {
        pipelineName: configuration.pipeline.name,
        pipelineType: PipelineType.V2,
        // A newer commit overtakes a waiting older one, so nobody approves a commit that has been replaced (docs/architecture.md).
        executionMode: ExecutionMode.SUPERSEDED,
        restartExecutionOnUpdate: true,
        role,
        variables: [
          new Variable({
            variableName: 'fresh',
            description: 'yes: everything is built and tested anew, whatever has passed before',
            defaultValue: 'no',
          }),
        ],
        artifactBucket: artifacts.bucket,
        crossAccountKeys: true,
        usePipelineRoleForActions: true,
        rollbackStages: ['Dev', 'Prod'],
      }),
      synth,
      usePipelineRoleForActions: true,
      cliVersion: CDK_CLI_VERSION,
      selfMutationCodeBuildDefaults: { timeout: Duration.minutes(30) },
      codeBuildDefaults: {
        buildEnvironment: BUILD_ENVIRONMENT,
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
    const assembly = synth.primaryOutput;
    if (!assembly) throw new Error('the synth step has the assembly as its output');
    const verify = verification({
      configuration,
      builds,
      application: sources.application,
      assembly,
      repositories,
      artifacts,
      baseImages: new BaseImages(this, 'BaseImages', configuration),
    });
    pipeline.addWave('Verify', { post: verify.steps });
    const source = sources.application.primaryOutput;
    if (!source) throw new Error('a source has an output');
    const environment = (name: 'dev' | 'prod', stageName: 'Dev' | 'Prod'): void => {
      // The stage hangs on the app, not on this stack: its stacks' names are then `Dev-Network`, without the pipeline's.
      const stage = new EnvironmentStage(this.node.root, stageName, {
        name,
        environment: configuration.environments[name],
        configuration,
        images,
        builds,
      });
      makeRecordRole(this, configuration, name, { prefix: stage.prefix, repositories });
      const recorded = recordedVariables({
        ...sources,
        repositories,
        imageTags: verify.imageTags,
        digests: verify.digests,
      });
      pipeline.addStage(stage, {
        stackSteps: this.deliverySteps(stage, source, verify),
        // At the same time: the site's files and the services do not wait for one another, only the site's address does.
        post: [
          this.deliver(stage, { input: source, id: 'SmokeTest', task: 'smoke-test', variables: recorded }),
          ...(stage.web ? [this.deliverySite(stage, source, verify)] : []),
        ],
      });
    };
    environment('dev', 'Dev');
    pipeline.addWave('Promote', {
      post: promotionSteps({ stack: this, configuration, ...sources, assembly, digests: verify.digests }),
    });
    environment('prod', 'Prod');
    pipeline.buildPipeline();

    takeBuildspecsFromSource(pipeline, synth.project as Project, `${configuration.project}-self-mutate`);
    this.addTriggers(pipeline, sources);
    notify(this, pipeline.pipeline, configuration);
    if (configuration.pipeline.pullRequests) new PullRequests(this, 'PullRequests', configuration, builds);
    // CDK grants the old name of the permission only; the service asks for either (Developer Tools console guide, "Connections").
    role.addToPolicy(
      new PolicyStatement({
        actions: ['codeconnections:UseConnection', 'codestar-connections:UseConnection'],
        resources: [configuration.pipeline.connectionArn],
      }),
    );
    verify.acknowledge();
    guardRecords(artifacts, { [synthName]: synth });
    for (const stage of ['Build', 'Verify']) showUnchanged(pipeline.pipeline, stage);
    // The services' template takes nothing from a migration or a contract; their deployment waits for both.
    for (const stage of ['Dev', 'Prod']) prepareEarly(pipeline.pipeline, stage, 'Services.Prepare', 'Data.Migrate');
    // aws-cdk-lib writes the dependency on the role out, next to the reference that says the same.
    acknowledgeLint(pipeline.pipeline, 'W3005');
    narrowGeneratedRoles(this, pipeline, artifacts.bucket);
    acknowledge(role, {
      [wildcard(this, artifacts.bucket.arnForObjects('*'))]:
        'the objects of the one artifact bucket: CodePipeline gives each a random name',
    });
  }

  private makeSources(): Sources {
    const { repositories, pipeline } = this.configuration;
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

  /** What the pipeline does between an environment's stacks. */
  private deliverySteps(stage: EnvironmentStage, source: FileSet, { carried }: Verification) {
    const { migrations = source, llmMigrations, contracts = source } = carried;
    const more = llmMigrations ? [llmMigrations] : [];
    return [
      {
        stack: stage.data,
        post: [this.deliver(stage, { input: migrations, more, id: 'Migrate', task: 'migrate' })],
      },
      ...(stage.contracts
        ? [
            {
              stack: stage.contracts,
              post: [this.deliver(stage, { input: contracts, id: 'DeployContracts', task: 'contracts' })],
            },
          ]
        : []),
    ];
  }

  /** The site's files, once every stack is there. Firebase's app holds its environment's address, so it is built for each. */
  private deliverySite(stage: EnvironmentStage, source: FileSet, { sites }: Verification): DeliveryStep {
    const { '': site = source, ...others } = stage.props.environment.web.hosting === 'cloudfront' ? sites : {};
    return this.deliver(stage, { input: site, more: Object.values(others), id: 'DeployWeb', task: 'web' });
  }

  /** A step that runs one of the environment's own projects. */
  private deliver(
    stage: EnvironmentStage,
    {
      id,
      more = [],
      ...rest
    }: Pick<DeliveryStepProps, 'input' | 'more' | 'task' | 'variables'> & { readonly id: string },
  ): DeliveryStep {
    const { account, region } = stage.props.environment;
    return new DeliveryStep(id, {
      ...rest,
      ...(more.length > 0 ? { more } : {}),
      prefix: stage.prefix,
      account,
      region,
    });
  }

  /** A push to either branch starts it, unless it changed documentation alone. */
  private addTriggers(pipeline: CodePipeline, { application, pipeline: own }: Sources): void {
    const { repositories } = this.configuration;
    for (const source of new Set([application, own])) {
      pipeline.pipeline.addTrigger({
        providerType: ProviderType.CODE_STAR_SOURCE_CONNECTION,
        gitConfiguration: {
          sourceAction: source.action,
          pushFilter: [
            {
              branchesIncludes: [
                source === application ? repositories.application.branch : repositories.pipeline.branch,
              ],
              filePathsExcludes: DOCUMENTATION,
            },
          ],
        },
      });
    }
  }
}
