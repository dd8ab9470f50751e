import * as fs from 'node:fs';
import * as path from 'node:path';
import { MANAGED_POLICY, type PolicyDocument } from '../../engine/iam/handlers/execution-policy';
import { handlerPermissions } from '../../engine/iam/handlers/handler-permissions';
import { NEEDS, configurations, policyFiles, typesIn } from '../../scripts/execution-policy';
import { CONFIGURATION, ROOT, synthesized, type TemplateJson } from './synthesized';

// docs/execution-policy.json, and its parts: what `npm run docs:execution-policy` writes from the templates.
const docs = path.join(ROOT, 'docs');
const read = (name: string): PolicyDocument =>
  JSON.parse(fs.readFileSync(path.join(docs, name), 'utf8')) as PolicyDocument;
const whole = read('execution-policy.json');
const allowed = whole.Statement.filter(({ Effect }) => Effect === 'Allow');
const list = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);
const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(text);
// With everything that can be turned on: who turns it on changes no policy.
const stacks = configurations(CONFIGURATION).flatMap((yaml) => Object.entries(synthesized(yaml)));
const types = typesIn(stacks.map(([, template]) => template));

test('the files are what the templates and the handlers of their types give (npm run docs:execution-policy)', async () => {
  const written = new Map(
    [
      'execution-policy.json',
      ...fs.readdirSync(path.join(docs, 'execution-policy')).map((one) => `execution-policy/${one}`),
    ].map((name) => [name, read(name)]),
  );
  const made = [...(await policyFiles(types))].map(([name, text]) => [name, JSON.parse(text) as unknown] as const);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(made));
});

test('every type of the stacks has permissions that are known', () => {
  expect(types.length).toBeGreaterThan(60);
  expect(types.filter((type) => handlerPermissions(type, 'create') === undefined)).toEqual([]);
});

test('each part fits into a managed policy, a role takes them all, and together they are the whole', () => {
  const parts = fs.readdirSync(path.join(docs, 'execution-policy')).map((name) => read(`execution-policy/${name}`));
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(MANAGED_POLICY);
  // Managed policies attached to a role (IAM User Guide, "IAM and AWS STS quotas": 10 without asking for more).
  expect(parts.length).toBeLessThanOrEqual(10);
  expect(parts.flatMap(({ Statement }) => Statement)).toEqual(whole.Statement);
});

test('what is left out is listed by a handler of a type that is there: no reason explains nothing', () => {
  const listed = types.flatMap((type) =>
    (['create', 'read', 'update', 'delete'] as const).flatMap((operation) => handlerPermissions(type, operation) ?? []),
  );
  const idle = NEEDS.leftOut.filter(([pattern]) => !listed.some((action) => pattern.test(action)));
  expect(idle.map(([pattern]) => String(pattern))).toEqual([]);
});

test('every role of the stacks is one that it may make and pass', () => {
  const roles = list(allowed.find(({ Action }) => Action.includes('iam:CreateRole'))?.Resource ?? []);
  const passed = list(allowed.find(({ Action }) => Action.includes('iam:PassRole'))?.Resource ?? []);
  for (const [stack, template] of stacks) {
    for (const { Type, Properties } of Object.values(template.Resources) as TemplateJson['Resources'][string][]) {
      if (Type !== 'AWS::IAM::Role') continue;
      // Without a name CloudFormation makes one that begins with the stack's.
      const name: string = Properties.RoleName ?? `${stack.replace('/', '-')}-Logical-1ABC`;
      for (const on of [roles, passed])
        expect(on.some((one) => matches(one, `arn:aws:iam::111111111111:role/${name}`))).toBe(true);
    }
  }
});

test('it is not an administrator: no wildcard in an action, IAM for its own roles alone, no user', () => {
  for (const { Action, Resource } of allowed) {
    expect(Action.filter((one) => one.includes('*'))).toEqual([]);
    if (Action.some((one) => one.startsWith('iam:'))) expect(list(Resource)).not.toContain('*');
  }
  const actions = allowed.flatMap(({ Action }) => Action);
  expect(actions.filter((one) => /iam:.*(User|AccessKey|Group|LoginProfile)/.test(one))).toEqual([]);
});
