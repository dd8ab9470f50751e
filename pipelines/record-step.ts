import type { Stack } from 'aws-cdk-lib';
import { ComputeType, LinuxArmLambdaBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CodeBuildStep, type FileSet } from 'aws-cdk-lib/pipelines';
import type { Configuration } from '../config/load';
import { readBuildspec } from '../lib/buildspec';
import { SERVICES, type ServiceName } from '../lib/images';
import type { Carried } from './component-tests';
import type { ConnectionSource } from './connection-source';
import { IN_USE_TAG, type ImageRepositories } from './image-repositories';

/** What is written down, and where. */
export interface RecordProps {
  readonly stack: Stack;
  readonly configuration: Configuration;
  readonly name: 'dev' | 'prod';
  readonly prefix: string;
  readonly application: ConnectionSource;
  readonly pipeline: ConnectionSource;
  readonly assembly: FileSet;
  readonly repositories: ImageRepositories;
  /** The tag of each service's image, as the step that built it tells. */
  readonly imageTags: Readonly<Record<ServiceName, string>>;
  /** The digest of what was carried from Verify, as the step that packed it tells. */
  readonly digests: Readonly<Partial<Record<Carried, string>>>;
}

/** The digests for a build: `MIGRATIONS_DIGEST`, `LLM_MIGRATIONS_DIGEST`, `CONTRACTS_DIGEST`. */
export function digestVariables(digests: RecordProps['digests']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).map(([what, digest]) => [
      `${what.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}_DIGEST`,
      digest,
    ]),
  );
}

/** The parameter, in the pipeline's account, that says which commits run in an environment: JSON `{"application", "pipeline"}`, and the digests of what was carried there. */
export function deployedParameterName(configuration: Configuration, name: 'dev' | 'prod'): string {
  return `/${configuration.project}/pipeline/${name}/deployed`;
}

/**
 * Writes down, after the smoke test, what an environment runs now: the commits, and the `in-use-…` tag of each service's image. In the
 * pipeline's account, where the images are, and on Lambda compute: it starts within seconds, and there is nothing here that needs Docker,
 * root or a cache (CodeBuild User Guide, "Run builds on AWS Lambda").
 */
export function recordStep(props: RecordProps): CodeBuildStep {
  const { stack, configuration, name, repositories } = props;
  const parameter = deployedParameterName(configuration, name);
  return new CodeBuildStep('Record', {
    projectName: `${props.prefix}-record`,
    input: props.assembly,
    commands: [],
    env: {
      IN_USE_TAG: `${IN_USE_TAG}${name}`,
      DEPLOYED_PARAMETER: parameter,
      IMAGES: SERVICES.map((service) => `${repositories.of[service].repositoryName}:${props.imageTags[service]}`).join(
        ' ',
      ),
      APPLICATION_COMMIT: props.application.sourceAttribute('CommitId'),
      PIPELINE_COMMIT: props.pipeline.sourceAttribute('CommitId'),
      ...digestVariables(props.digests),
    },
    partialBuildSpec: readBuildspec('record'),
    buildEnvironment: {
      buildImage: LinuxArmLambdaBuildImage.AMAZON_LINUX_2023_NODE_22,
      computeType: ComputeType.LAMBDA_1GB,
    },
    rolePolicyStatements: [
      new PolicyStatement({
        actions: ['ssm:PutParameter'],
        resources: [`arn:aws:ssm:${stack.region}:${stack.account}:parameter${parameter}`],
      }),
      new PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:PutImage'],
        resources: SERVICES.map((service) => repositories.of[service].repositoryArn),
      }),
    ],
  });
}
