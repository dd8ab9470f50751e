import { CfnResource, Stack, Validations } from 'aws-cdk-lib';
import type { Project } from 'aws-cdk-lib/aws-codebuild';
import type { IConstruct } from 'constructs';
// Its own file alone: the rules are loaded by the app, and only where they run.
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference';

/**
 * Accepts findings on a resource, each by its exact id with a reason that a security reviewer would accept. Written next to the resource; a
 * test refuses an acknowledgement that no finding answers to any more.
 * @param reasons by id: `AwsSolutions-…` (cdk-nag, "Acknowledging a Rule") or `CloudFormation-Validate::…` (aws-cdk-lib's own validator)
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/**
 * The id of the finding that a policy names `arn`, which ends in or holds a `*`.
 * @param arn as the policy has it: tokens of the same stack are written the way cdk-nag writes them (`<LogicalId.Arn>`)
 */
export function wildcard(scope: IConstruct, arn: string): string {
  return `AwsSolutions-IAM5[Resource::${flattenCfnReference(Stack.of(scope).resolve(arn))}]`;
}

/**
 * Turns cfn-lint rules off for the resource of a construct, in the resource's own metadata (cfn-lint, "Resource Based Metadata"). The reason
 * stands in a comment at the call.
 */
export function acknowledgeLint(construct: IConstruct, ...rules: string[]): void {
  resourceOf(construct).addMetadata('cfn-lint', { config: { ignore_checks: rules } });
}

/** The finding that a build may write reports of any name that begins with its project's: the name is given by the buildspec. */
export function acknowledgeReports(project: Project): void {
  const { account, region } = Stack.of(project);
  const arn = `arn:<AWS::Partition>:codebuild:${region}:${account}:report-group/<${Stack.of(project).getLogicalId(resourceOf(project))}>-*`;
  acknowledge(project, {
    [`AwsSolutions-IAM5[Resource::${arn}]`]:
      'CodeBuild names a report group PROJECT-REPORT; the project is exact, the report is named by its buildspec',
  });
}

/** The CloudFormation resource that a construct represents; a service has another construct under the usual name. */
function resourceOf(construct: IConstruct): CfnResource {
  const child = construct.node.defaultChild ?? construct.node.findAll().find((node) => CfnResource.isCfnResource(node));
  if (!child || !CfnResource.isCfnResource(child)) throw new Error(`${construct.node.path} has no resource`);
  return child;
}
