import { Stack } from 'aws-cdk-lib';
import { Project, type CfnProject } from 'aws-cdk-lib/aws-codebuild';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { CodePipeline } from 'aws-cdk-lib/pipelines';
import { acknowledge, acknowledgeReports, wildcard } from '../lib/acknowledge';
import { rewritten, type PolicyStatementJson } from '../lib/exact-actions';
import { bootstrapBucketArn, bootstrapRoleArn } from './bootstrap-roles';

/**
 * Narrows, and answers for, the roles that CDK Pipelines makes by itself. They are there only after `buildPipeline()`.
 * @param artifacts the artifact bucket: every action reads and writes objects of any name in it
 */
export function narrowGeneratedRoles(stack: Stack, pipeline: CodePipeline, artifacts: Bucket): void {
  narrowSelfMutation(stack, pipeline.selfMutationProject as Project);
  const generated = [pipeline, pipeline.pipeline].flatMap((construct) => construct.node.findAll());
  for (const project of generated.filter((construct) => construct instanceof Project)) {
    if (writesReports(project)) acknowledgeReports(project);
    else withoutReports(project);
    acknowledge(project.role ?? project, {
      [wildcard(stack, artifacts.arnForObjects('*'))]:
        'the objects of the one artifact bucket: CodePipeline gives each a random name',
    });
  }
}

/** Whether a project's buildspec names reports. */
function writesReports(project: Project): boolean {
  const { source } = project.node.defaultChild as CfnProject;
  return /"reports\\*":/.test(JSON.stringify(Stack.of(project).resolve(source)));
}

/** Takes back what aws-cdk-lib grants to every build: to write reports. */
function withoutReports(project: Project): void {
  const narrow = (statement: PolicyStatementJson): readonly PolicyStatementJson[] =>
    [statement.Action].flat().includes('codebuild:CreateReportGroup') ? [] : [statement];
  for (const policy of project.role?.node.findAll() ?? []) {
    if (policy instanceof CfnPolicy) policy.policyDocument = rewritten(policy.policyDocument, narrow);
  }
}

/**
 * `cdk deploy` of the pipeline's own stack: the bootstrap roles of this account and region, this stack, and the bootstrap's bucket.
 * CDK Pipelines would give every role of the account that carries the bootstrap's tag, every stack and every bucket.
 */
function narrowSelfMutation(stack: Stack, project: Project): void {
  const { account, region } = stack;
  const roles = (['deploy', 'file-publishing', 'image-publishing'] as const).map((role) =>
    bootstrapRoleArn(role, account, region),
  );
  const stacks = [stack.stackName, 'CDKToolkit'].map(
    (name) => `arn:aws:cloudformation:${region}:${account}:stack/${name}/*`,
  );
  const narrow = (statement: PolicyStatementJson): readonly PolicyStatementJson[] => {
    if (statement.Action === 'sts:AssumeRole') return [{ ...statement, Resource: roles }];
    if (statement.Resource !== '*') return [statement];
    return [
      { ...statement, Action: 'cloudformation:DescribeStacks', Resource: stacks },
      { ...statement, Action: 's3:ListBucket', Resource: bootstrapBucketArn(account, region) },
    ];
  };
  for (const policy of project.role?.node.findAll() ?? []) {
    if (policy instanceof CfnPolicy) policy.policyDocument = rewritten(policy.policyDocument, narrow);
  }
  for (const arn of stacks) {
    acknowledge(project.role ?? project, {
      [wildcard(stack, arn)]: 'one stack by its name: the last part is the id that CloudFormation gave it',
    });
  }
}
