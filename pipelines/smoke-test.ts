import type { CfnOutput, Stack } from 'aws-cdk-lib';
import { ComputeType, LinuxArmLambdaBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CodeBuildStep, type FileSet } from 'aws-cdk-lib/pipelines';
import type { Configuration } from '../config/load';
import { readBuildspec } from '../lib/buildspec';
import { SERVICES } from '../lib/images';
import type { ConnectionSource } from './connection-source';
import { IN_USE_TAG, type ImageRepositories } from './image-repositories';

/** What a smoke test calls, and what it writes down when that answered. */
export interface SmokeTestProps {
  readonly stack: Stack;
  readonly configuration: Configuration;
  readonly name: 'dev' | 'prod';
  readonly prefix: string;
  readonly apiUrl: CfnOutput;
  readonly application: ConnectionSource;
  readonly pipeline: ConnectionSource;
  readonly assembly: FileSet;
  readonly repositories: ImageRepositories;
}

/** The parameter, in the pipeline's account, that says which commits run in an environment: JSON `{"application", "pipeline"}`. */
export function deployedParameterName(configuration: Configuration, name: 'dev' | 'prod'): string {
  return `/${configuration.project}/pipeline/${name}/deployed`;
}

/**
 * Calls the deployed api, then writes down what runs there now: the commits, and the `in-use-…` tag of each service's image. On Lambda
 * compute: it starts within seconds, and there is nothing here that needs Docker, root or a cache (CodeBuild User Guide, "Run builds on
 * AWS Lambda").
 */
export function smokeTest(props: SmokeTestProps): CodeBuildStep {
  const { stack, configuration, name, repositories } = props;
  const parameter = deployedParameterName(configuration, name);
  return new CodeBuildStep('SmokeTest', {
    projectName: `${props.prefix}-smoke-test`,
    input: props.assembly,
    commands: [],
    env: {
      HEALTH_PATH: configuration.components.api.healthPath,
      IN_USE_TAG: `${IN_USE_TAG}${name}`,
      DEPLOYED_PARAMETER: parameter,
      REPOSITORIES: SERVICES.map((service) => `${service}=${repositories.of[service].repositoryName}`).join(' '),
      APPLICATION_COMMIT: props.application.sourceAttribute('CommitId'),
      PIPELINE_COMMIT: props.pipeline.sourceAttribute('CommitId'),
    },
    envFromCfnOutputs: { API_URL: props.apiUrl },
    partialBuildSpec: readBuildspec('smoke-test'),
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
