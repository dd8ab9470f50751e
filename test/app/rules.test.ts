import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { makeApp, resources, synthesized } from './synthesized';

/** Aspects have run, names are final: the rules look at the tree as it was synthesized. */
function synthesizedTree(): IConstruct {
  const app = makeApp();
  app.synth();
  return app;
}

/** `path: id` of what the rules find below a tree, acknowledged or not. */
function findings(tree: IConstruct, acknowledged: 'and acknowledged' | 'open only'): string[] {
  const checks = new AwsSolutionsChecks(tree);
  if (acknowledged === 'and acknowledged') Object.assign(checks, { isAcknowledged: () => false });
  return checks
    .validateScope(tree)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map((resource) => `${resource.constructPath}: ${ruleName}`),
    );
}

const tree = synthesizedTree();

test('AwsSolutions has nothing to say', () => {
  expect(findings(tree, 'open only')).toEqual([]);
});

test('no acknowledgement has outlived its finding', () => {
  const found = findings(tree, 'and acknowledged');
  expect(found.length).toBeGreaterThan(20);
  const stale = tree.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap((entry) => Object.keys(entry.data as Record<string, string>))
      .map((id) => id.replace(/^annotation::/i, ''))
      .filter((id) => id.startsWith('AwsSolutions-'))
      .filter((id) => !found.some((one) => one.startsWith(construct.node.path) && one.endsWith(`: ${id}`)))
      .map((id) => `${construct.node.path}: ${id}`),
  );
  expect(stale).toEqual([]);
});

/** Actions that take no narrower resource than `*` (Service Authorization Reference, each service's "Actions" table). */
const WITHOUT_RESOURCE = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroupRules',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'ecr:GetAuthorizationToken',
];

test('no role may do every action of a kind, or anything to everything', () => {
  const list = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);
  const statements = Object.values(synthesized()).flatMap((template) =>
    ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role'].flatMap((type) =>
      resources(template, type).flatMap(({ Properties }) =>
        [Properties, ...(Properties.Policies ?? [])].flatMap((policy) => policy.PolicyDocument?.Statement ?? []),
      ),
    ),
  );
  expect(statements.length).toBeGreaterThan(50);
  for (const statement of statements.filter((one) => one.Effect === 'Allow')) {
    for (const action of list(statement.Action)) {
      expect(action).not.toContain('*');
      if (statement.Resource === '*') expect(WITHOUT_RESOURCE).toContain(action);
    }
  }
});
