import { Aws, Duration } from 'aws-cdk-lib';
import {
  type Cache,
  ComputeType,
  LinuxBuildImage,
  PipelineProject,
  type BuildEnvironment,
  type BuildEnvironmentVariable,
  type BuildSpec,
} from 'aws-cdk-lib/aws-codebuild';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { acknowledge, wildcard } from './acknowledge';
import { BUILD_SUBNETS, narrowBuildNetwork } from './build-network';
import type { EnvironmentStack } from './environment-stack';
import { makeLogGroup } from './logs';

/** What the pipeline stack and an environment have to agree on beforehand, because neither exists when the other is deployed first. */
export interface DeliveryNames {
  readonly project: string;
  /** The role that the build runs as. */
  readonly buildRole: string;
  /** The role that the pipeline assumes to start the build. */
  readonly startRole: string;
}

/** The fixed names of an environment's delivery project, e.g. `saiondo-dev-migrate`. */
export function deliveryNames(prefix: string, task: string): DeliveryNames {
  return { project: `${prefix}-${task}`, buildRole: `${prefix}-${task}-build`, startRole: `${prefix}-${task}-start` };
}

/** The role of the pipeline's account that writes down what an environment runs: fixed, because its smoke test takes it before either is there. */
export function recordRoleName(prefix: string): string {
  return `${prefix}-record`;
}

/** The artifact bucket's name: fixed, so that a role of another account can be granted it before it exists. */
export function artifactBucketName(configuration: Configuration): string {
  const { account, region } = configuration.pipeline;
  return `${configuration.project}-artifacts-${account}-${region}`;
}

/** The alias of the key that the artifacts are encrypted with. */
export function artifactKeyAlias(configuration: Configuration): string {
  return `alias/${configuration.project}-artifacts`;
}

/** The role that the pipeline and its actions run as. */
export function pipelineRoleName(configuration: Configuration): string {
  return `${configuration.project}-pipeline`;
}

/** What a delivery project does. */
export type DeliveryTask = 'migrate' | 'contracts' | 'web' | 'smoke-test';

/** Variables of `saiondo.yaml` as a project has them. */
export function plainVariables(given: Readonly<Record<string, string>>): Record<string, BuildEnvironmentVariable> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value }]));
}

/** What a delivery project runs and what it may reach. */
export interface DeliveryProjectProps {
  readonly task: DeliveryTask;
  readonly buildSpec: BuildSpec;
  readonly environmentVariables: Record<string, BuildEnvironmentVariable>;
  /** What its log is encrypted with. */
  readonly key: IKey;
  readonly timeout?: Duration;
  /** Lambda compute, where it runs on that; a small Linux container otherwise. */
  readonly environment?: BuildEnvironment;
  readonly cache?: Cache;
  readonly vpc?: IVpc;
  readonly securityGroups?: ISecurityGroup[];
}

/**
 * A CodeBuild project inside the environment's own account, that the pipeline starts there: it reaches the environment's network and
 * secrets, which a project of the pipeline's account cannot (CodeBuild User Guide, "Use AWS CodeBuild with Amazon Virtual Private Cloud").
 */
export class DeliveryProject extends Construct {
  readonly project: PipelineProject;
  /** What the build runs as. */
  readonly role: Role;

  constructor(stack: EnvironmentStack, id: string, props: DeliveryProjectProps) {
    super(stack, id);
    const { configuration, environment } = stack.props;
    const names = deliveryNames(stack.prefix, props.task);
    this.role = new Role(this, 'BuildRole', {
      roleName: names.buildRole,
      assumedBy: new ServicePrincipal('codebuild.amazonaws.com'),
    });
    this.project = new PipelineProject(this, 'Project', {
      projectName: names.project,
      role: this.role,
      buildSpec: props.buildSpec,
      environment: props.environment ?? { buildImage: LinuxBuildImage.STANDARD_7_0, computeType: ComputeType.SMALL },
      environmentVariables: props.environmentVariables,
      // Lambda compute has limits of its own: 15 minutes, and no queue. Queued longer than this, the account's limit of builds is too low: say so
      // within minutes.
      ...(props.environment
        ? {}
        : { timeout: props.timeout ?? Duration.minutes(30), queuedTimeout: Duration.minutes(15) }),
      ...(props.cache ? { cache: props.cache } : {}),
      grantReportGroupPermissions: false,
      logging: {
        cloudWatch: {
          logGroup: makeLogGroup(this, 'Logs', environment, props.key, `/saiondo/${names.project}`),
        },
      },
      ...(props.vpc
        ? {
            vpc: props.vpc,
            subnetSelection: BUILD_SUBNETS,
            securityGroups: props.securityGroups ?? [],
          }
        : {}),
    });
    const { account, region } = configuration.pipeline;
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:GetObjectVersion'],
        resources: [`arn:aws:s3:::${artifactBucketName(configuration)}/*`],
      }),
    );
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:DescribeKey'],
        // The key's id is known only once the pipeline's stack is deployed; its alias is known before.
        resources: [`arn:aws:kms:${region}:${account}:key/*`],
        conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': artifactKeyAlias(configuration) } },
      }),
    );
    acknowledge(this.project, {
      'AwsSolutions-CB4':
        'the project has no output artifact that CodeBuild would encrypt; what it reads is encrypted with the pipeline’s key, its log with its group’s',
    });
    acknowledge(this.role, {
      [wildcard(this, `arn:aws:s3:::${artifactBucketName(configuration)}/*`)]:
        'the objects of the one artifact bucket, read only: CodePipeline gives each a random name',
      [wildcard(this, `arn:aws:kms:${region}:${account}:key/*`)]:
        'one key, by its alias in the condition: its id is not known when this role is deployed first',
      ...(props.vpc
        ? {
            [wildcard(this, `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:network-interface/*`)]:
              'CodeBuild makes a network interface of a new id for every build; the condition names its subnets and service',
          }
        : {}),
    });
    if (props.vpc) narrowBuildNetwork(this.project, props.vpc, props.securityGroups ?? []);
    const pipelineRole = `arn:aws:iam::${account}:role/${pipelineRoleName(configuration)}`;
    const start = new Role(this, 'StartRole', {
      roleName: names.startRole,
      assumedBy: new AccountPrincipal(account).withConditions({ ArnEquals: { 'aws:PrincipalArn': pipelineRole } }),
    });
    start.addToPolicy(
      new PolicyStatement({
        actions: ['codebuild:StartBuild', 'codebuild:StopBuild', 'codebuild:BatchGetBuilds'],
        resources: [this.project.projectArn],
      }),
    );
  }
}
