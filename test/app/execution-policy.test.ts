import * as fs from 'node:fs';
import * as path from 'node:path';
import { synthesizedWith } from './configured';
import { OPTIONS } from './options';
import { ROOT, synthesized } from './synthesized';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: string | string[];
}
const policy = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/execution-policy.json'), 'utf8')) as {
  Statement: Statement[];
};
const list = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);
const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(text);
const allowed = policy.Statement.filter((statement) => statement.Effect === 'Allow');
// With everything that can be turned on: who turns it on changes no policy.
const stacks = [synthesized(), synthesizedWith(OPTIONS)].flatMap((templates) => Object.entries(templates));

/** The IAM service of a CloudFormation namespace, where it is not the same word in lower case (Service Authorization Reference). */
const SERVICES: Readonly<Record<string, string>> = {
  ApplicationAutoScaling: 'application-autoscaling',
  CertificateManager: 'acm',
  CodeStarNotifications: 'codestar-notifications',
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  KinesisFirehose: 'firehose',
};

test('CloudFormation may make every kind of resource that the stacks hold', () => {
  const types = new Set(
    stacks.flatMap(([, template]) => Object.values(template.Resources).map((resource) => resource.Type)),
  );
  expect(types.size).toBeGreaterThan(40);
  const actions = allowed.flatMap((statement) => list(statement.Action));
  // A custom resource is made by its function, which CloudFormation calls.
  expect(actions).toContain('lambda:*');
  const refused = [...types].filter((type) => {
    if (type.startsWith('Custom::')) return false;
    const namespace = type.split('::')[1] ?? '';
    return !actions.some((action) => action.startsWith(`${SERVICES[namespace] ?? namespace.toLowerCase()}:`));
  });
  expect(refused).toEqual([]);
});

test('every role of the stacks is one that it may make', () => {
  const roles = allowed.find((statement) => list(statement.Action).includes('iam:CreateRole'));
  for (const [stack, template] of stacks) {
    for (const { Type, Properties } of Object.values(template.Resources) as { Type: string; Properties: any }[]) {
      if (Type !== 'AWS::IAM::Role') continue;
      // Without a name CloudFormation makes one that begins with the stack's.
      const name: string = Properties.RoleName ?? `${stack.replace('/', '-')}-Logical-1ABC`;
      expect(list(roles?.Resource ?? []).some((one) => matches(one, `arn:aws:iam::111111111111:role/${name}`))).toBe(
        true,
      );
    }
  }
});

test('it is not an administrator', () => {
  for (const statement of allowed) {
    expect(list(statement.Action)).not.toContain('*');
    expect(list(statement.Action)).not.toContain('iam:*');
    if (list(statement.Action).some((action) => action.startsWith('iam:')))
      expect(list(statement.Resource)).not.toContain('*');
  }
  const users = allowed
    .flatMap((statement) => list(statement.Action))
    .filter((action) => /iam:.*(User|AccessKey|Group|LoginProfile)/.test(action));
  expect(users).toEqual([]);
});

test('it fits into a managed policy: 6,144 characters without white space (IAM User Guide, "IAM and AWS STS quotas")', () => {
  expect(JSON.stringify(policy).length).toBeLessThanOrEqual(6144);
});
