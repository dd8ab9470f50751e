import { CfnResource, Stack, TagManager, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { makeApp, synthesized } from './synthesized';
import { allowed, tooWide } from './wide-statements';

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

test('no role may do every action of a kind, or anything to everything', () => {
  const statements = allowed(synthesized());
  expect(statements.length).toBeGreaterThan(50);
  expect(tooWide(statements)).toEqual([]);
});

test('a build in the network makes interfaces in its own subnets with its own group, and deletes those alone', () => {
  const all = allowed(synthesized()).filter(({ Action }) => JSON.stringify(Action).includes('NetworkInterface"'));
  const of = (action: string): any[] => all.filter(({ Action }) => Action === action);
  expect(of('ec2:CreateNetworkInterface')).toHaveLength(2);
  expect(of('ec2:DeleteNetworkInterface')).toHaveLength(2);
  for (const { Resource } of of('ec2:CreateNetworkInterface')) {
    const kinds = Resource.map(
      (arn: unknown) => /(network-interface\/\*|subnet\/|security-group\/)/.exec(JSON.stringify(arn))?.[0],
    );
    expect([...new Set(kinds)]).toEqual(['network-interface/*', 'subnet/', 'security-group/']);
  }
  for (const { Condition } of of('ec2:DeleteNetworkInterface'))
    expect(JSON.stringify(Condition.ArnEquals['ec2:Subnet'])).toContain('privateSubnet');
});

test('every resource that takes tags carries project, environment, owner and cost-centre', () => {
  const taggable = tree.node
    .findAll()
    .filter((one): one is CfnResource => CfnResource.isCfnResource(one) && TagManager.of(one) !== undefined);
  expect(taggable.length).toBeGreaterThan(150);
  const without = taggable.filter((resource) => {
    const tags = JSON.stringify(Stack.of(resource).resolve(TagManager.of(resource)?.renderTags()) ?? '');
    return !['project', 'environment', 'owner', 'cost-centre'].every((key) => tags.includes(`"${key}"`));
  });
  expect(without.map((resource) => resource.node.path)).toEqual([]);
});
