import { Duration, Stack } from 'aws-cdk-lib';
import { ComputeType, LinuxArmLambdaBuildImage } from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CodeBuildStep, type FileSet, type Step } from 'aws-cdk-lib/pipelines';
import type { Configuration } from '../config/load';
import { readBuildspec } from '../lib/buildspec';
import { deployedParameterName } from '../lib/deployed';
import { ApprovalStep } from './approval-step';
import { bootstrapRoleArn } from './bootstrap-roles';
import type { ConnectionSource } from './connection-source';
import { digestVariables, type RecordProps } from './record-role';
import { CDK_CLI } from './self-mutation';

/** What the promotion reads. */
export interface PromotionProps {
  readonly stack: Stack;
  readonly configuration: Configuration;
  readonly application: ConnectionSource;
  readonly pipeline: ConnectionSource;
  readonly assembly: FileSet;
  /** The digest of what is carried from Verify, as the step that packed it tells. */
  readonly digests: RecordProps['digests'];
}

/**
 * Says what promoting this execution changes in prod, then asks a person. A stage of its own: a stage that rolls back runs all its actions
 * again, and a rollback must not wait for anybody. The values are those of the execution that waits, so what is read is what is approved.
 */
export function promotionSteps(props: PromotionProps): Step[] {
  const { stack, configuration, application, pipeline, assembly } = props;
  const { account, region } = configuration.environments.prod;
  const changes = new CodeBuildStep('Changes', {
    projectName: `${configuration.project}-changes`,
    input: assembly,
    commands: [],
    env: {
      STAGE: 'Prod',
      CDK_CLI,
      APPLICATION_REPOSITORY: configuration.repositories.application.name,
      APPLICATION_COMMIT: application.sourceAttribute('CommitId'),
      PIPELINE_REPOSITORY: configuration.repositories.pipeline.name,
      PIPELINE_COMMIT: pipeline.sourceAttribute('CommitId'),
      DEPLOYED_PARAMETER: deployedParameterName(configuration, 'prod'),
      PIPELINE_NAME: configuration.pipeline.name,
      ...digestVariables(props.digests),
      PIPELINE_EXECUTION_ID: '#{codepipeline.PipelineExecutionId}',
    },
    partialBuildSpec: readBuildspec('changes'),
    buildEnvironment: {
      buildImage: LinuxArmLambdaBuildImage.AMAZON_LINUX_2023_NODE_22,
      computeType: ComputeType.LAMBDA_2GB,
    },
    rolePolicyStatements: [
      new PolicyStatement({
        actions: ['ssm:GetParameter'],
        resources: [parameterArn(stack, deployedParameterName(configuration, 'prod'))],
      }),
      new PolicyStatement({
        actions: ['codepipeline:GetPipelineExecution'],
        resources: [`arn:aws:codepipeline:${stack.region}:${stack.account}:${configuration.pipeline.name}`],
      }),
      // The bootstrap's role for reading: it sees what is deployed, and can change nothing.
      new PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: [bootstrapRoleArn('lookup', account, region)],
      }),
    ],
  });
  const approval = new ApprovalStep('Prod', {
    comment: changes.exportedVariable('SUMMARY'),
    reviewUrl: changes.exportedVariable('LINK'),
    timeout: Duration.hours(configuration.pipeline.approvalHours),
  });
  approval.addStepDependency(changes);
  return [changes, approval];
}

function parameterArn(stack: Stack, name: string): string {
  return `arn:aws:ssm:${stack.region}:${stack.account}:parameter${name}`;
}
