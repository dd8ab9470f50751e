import { resources, type TemplateJson } from './synthesized';

/** Actions that take no narrower resource than `*` (Service Authorization Reference, each service's "Actions" table, read in 2026-11). */
const WITHOUT_RESOURCE = [
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroupRules',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'ecr:GetAuthorizationToken',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

/** A value that may be a list or one of its items. */
const list = (value: string | string[]): string[] => [value].flat();

/** Every statement of a role that allows something. */
export function allowed(templates: Readonly<Record<string, TemplateJson>>): any[] {
  return Object.values(templates)
    .flatMap((template) =>
      ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'].flatMap((type) =>
        resources(template, type).flatMap(({ Properties }) =>
          [Properties, ...(Properties.Policies ?? [])].flatMap((policy) => policy.PolicyDocument?.Statement ?? []),
        ),
      ),
    )
    .filter((statement) => statement.Effect === 'Allow');
}

/** The actions among statements that name a kind of actions, or anything where a narrower resource could be named. */
export function tooWide(statements: readonly any[]): string[] {
  return statements.flatMap(({ Action, NotAction, Resource }) => {
    if (NotAction !== undefined) return [`all but ${JSON.stringify(NotAction)}`];
    const everything = list(Resource).includes('*');
    return list(Action).filter((action) => action.includes('*') || (everything && !WITHOUT_RESOURCE.includes(action)));
  });
}
