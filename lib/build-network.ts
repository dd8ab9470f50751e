import { Stack } from 'aws-cdk-lib';
import type { Project } from 'aws-cdk-lib/aws-codebuild';
import { SubnetType, type ISecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { acknowledge, wildcard } from './acknowledge';
import { rewritten, type PolicyStatementJson } from './exact-actions';

/** Where the builds of an environment run that reach its network. */
export const BUILD_SUBNETS = { subnetType: SubnetType.PRIVATE_WITH_EGRESS } as const;

/** What a build's network interface is made and taken away with. */
const INTERFACE = ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'];

/**
 * Narrows what a build in a network may do to network interfaces: make them in its own subnets with its own security groups, and delete those of
 * these subnets. aws-cdk-lib gives it every interface of the account (Service Authorization Reference, "Actions, resources, and condition
 * keys for Amazon EC2"). To describe takes no narrower resource.
 */
export function narrowBuildNetwork(project: Project, vpc: IVpc, securityGroups: readonly ISecurityGroup[]): void {
  const stack = Stack.of(project);
  const { partition, region, account } = stack;
  const arn = (kind: string, id: string): string => `arn:${partition}:ec2:${region}:${account}:${kind}/${id}`;
  const interfaces = arn('network-interface', '*');
  const subnets = vpc.selectSubnets(BUILD_SUBNETS).subnetIds.map((id) => arn('subnet', id));
  const groups = securityGroups.map((group) => arn('security-group', group.securityGroupId));
  const narrow = (statement: PolicyStatementJson): readonly PolicyStatementJson[] => {
    const actions = [statement.Action ?? []].flat();
    if (statement.Resource !== '*' || !actions.includes('ec2:CreateNetworkInterface')) return [statement];
    return [
      { ...statement, Action: actions.filter((action) => !INTERFACE.includes(action)) },
      { ...statement, Action: 'ec2:CreateNetworkInterface', Resource: [interfaces, ...subnets, ...groups] },
      {
        ...statement,
        Action: 'ec2:DeleteNetworkInterface',
        Resource: interfaces,
        Condition: { ArnEquals: { 'ec2:Subnet': subnets } },
      },
    ];
  };
  for (const policy of project.node.findAll().filter((node) => node instanceof CfnPolicy)) {
    policy.policyDocument = rewritten(policy.policyDocument, (statement) =>
      narrow(statement).map((one) => stack.resolve(one) as PolicyStatementJson),
    );
  }
  acknowledge(project, {
    'AwsSolutions-IAM5[Resource::*]':
      'the ec2:Describe* actions of a build in a network take no narrower resource (CodeBuild User Guide, "Allow CodeBuild access to AWS services required to create a VPC network interface")',
    [wildcard(stack, interfaces)]:
      'CodeBuild makes a network interface of a new id for every build: in the project’s subnets and with its security groups only',
  });
}
