import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describePermissions } from '../../commands/output/permissions';
import type { PermissionRecord, RoleGrants } from '../../model/permission-record';
import { emptyRun } from '../../model/run-state';
import { byRole, readPermissions, readRoles } from '../../views/permissions';
import { renderReport } from '../../views/report/report';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-permissions-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const record = (role: string, action: string, more: Partial<PermissionRecord> = {}): PermissionRecord => ({
  stage: 'Build',
  pipelineAction: 'Build',
  role: `arn:aws:iam::111111111111:role/${role}`,
  construct: `App/${role}`,
  action,
  resource: 'arn:aws:s3:::artifacts/a',
  why: 'to read the artifact Source',
  source: 'a page',
  result: 'allowed',
  text: 'statement 1 of App/policy',
  ...more,
});
const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::artifacts/a' };
const of = (index: number, ...actions: string[]) => [{ policy: 'App/policy', index, actions }];
const records = [
  record('pipeline', 's3:PutObject', { exercised: of(0, 's3:PutObject', 's3:*') }),
  record('pipeline', 's3:PutObject'),
  record('build', 's3:PutObject'),
  record('build', 's3:GetObject', {
    result: 'denied',
    text: 'User: <build> is not authorized to perform: s3:GetObject',
    remedy: {
      construct: 'App/build',
      policy: 'identity-based policy',
      statement,
      code: 'role.add()',
      text: 'add to it',
    },
  }),
  record('deploy', 'kms:Decrypt', {
    result: 'not known',
    text: 'nothing that is deployed here makes it',
    exercised: of(0, 'kms:Decrypt'),
  }),
];
const grants = (role: string, ...statements: [actions: string[], resources: string[]][]): RoleGrants => ({
  role: `arn:aws:iam::111111111111:role/${role}`,
  construct: `App/${role}`,
  statements: statements.map(([actions, resources], index) => ({
    ...{ policy: 'App/policy', index, statement: `statement ${index + 1}`, actions, resources },
  })),
  unread: [],
});
const roles = [
  grants('pipeline', [['s3:PutObject', 's3:*', 's3:GetObject'], ['*']], [['sns:Publish'], ['arn:aws:sns:*:*:all']]),
  grants('deploy', [['kms:Decrypt', 'kms:Encrypt'], ['*']]),
  grants('nobody', [['iam:PassRole'], ['arn:aws:iam::111111111111:role/other']]),
];
fs.writeFileSync(
  path.join(directory, 'roles.jsonl'),
  [grants('pipeline'), ...roles].map((one) => `${JSON.stringify(one)}\n`).join(''),
);
fs.writeFileSync(
  path.join(directory, 'permissions.jsonl'),
  `${records.map((one) => JSON.stringify(one)).join('\n')}\n{"stage":"tor`,
);

test('who is denied something comes first, with the statement that is missing; then what was used, and what no call exercised', () => {
  expect(describePermissions(byRole(readPermissions(directory), readRoles(directory)))).toEqual([
    'App/build (arn:aws:iam::111111111111:role/build): 1 denied, 1 allowed and used',
    '  denied: s3:GetObject on arn:aws:s3:::artifacts/a, to read the artifact Source (Build/Build)',
    '    User: <build> is not authorized to perform: s3:GetObject',
    '    add to it',
    '    in CDK: role.add()',
    '  allowed and used: s3:PutObject on arn:aws:s3:::artifacts/a',
    'App/deploy (arn:aws:iam::111111111111:role/deploy): 1 not known, 1 never used',
    '  not known: kms:Decrypt on arn:aws:s3:::artifacts/a: nothing that is deployed here makes it',
    '  never used: of it kms:Encrypt on * (statement 1 of App/policy)',
    'App/pipeline (arn:aws:iam::111111111111:role/pipeline): 1 allowed and used, 2 never used',
    '  allowed and used: s3:PutObject on arn:aws:s3:::artifacts/a',
    '  used in part: s3:* (statement 1 of App/policy), for s3:PutObject',
    '  never used: of it s3:GetObject on * (statement 1 of App/policy)',
    '  never used: sns:Publish on arn:aws:sns:*:*:all (statement 2 of App/policy)',
    'App/nobody (arn:aws:iam::111111111111:role/nobody): 1 never used',
    '  never used: iam:PassRole on arn:aws:iam::111111111111:role/other (statement 1 of App/policy)',
  ]);
});

test('a run’s report has a table by role: decision, action, resource, who asked, the statement', () => {
  const html = renderReport(emptyRun(), directory);
  expect(html).toContain('<h2 id="permissions">Permissions</h2>');
  expect(html).toContain('<td><code>s3:GetObject</code></td><td><code>arn:aws:s3:::artifacts/a</code></td>');
  expect(html).toContain('User: &#60;build&#62; is not authorized to perform: s3:GetObject<br>add to it');
  expect(html.indexOf('App/build (')).toBeLessThan(html.indexOf('App/pipeline ('));
  expect(html.match(/<details open>/g)).toHaveLength(1);
});

test('a run in which nothing was judged has none', () => {
  expect(renderReport(emptyRun(), '/nowhere')).not.toContain('Permissions');
});
