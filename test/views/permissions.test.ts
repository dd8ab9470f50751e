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

const told = (asked: boolean, columns: number) =>
  describePermissions(byRole(readPermissions(directory), readRoles(directory)), asked, columns);

test('of all roles who is denied something is told with the statement that is missing, and each other one in a line', () => {
  expect(told(false, 80)).toEqual([
    'App/build',
    '  role build of 111111111111',
    '  1 denied, 1 allowed and used',
    '  denied in Build/Build: s3:GetObject on artifacts/a',
    '    add to the identity-based policy of App/build:',
    '      {"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::artifacts/a"}',
    '    in CDK:',
    '      role.add()',
    '',
    'App/deploy    1 not known, 1 never used',
    '  not known, 1: nothing that is deployed here makes it',
    'App/pipeline  1 allowed and used, 2 never used',
    'App/nobody    1 never used',
    '',
    'Everything of a role: npx saiondo permissions ROLE; of all of them: --json',
  ]);
});

test('of a role that was asked for everything is told: what was used, what no call exercised, what is not known by its reason', () => {
  const lines = told(true, 80);
  const from = (line: string) => lines.slice(lines.indexOf(line), lines.indexOf(line) + 9);
  expect(from('App/deploy')).toEqual([
    'App/deploy',
    '  role deploy of 111111111111',
    '  1 not known, 1 never used',
    '  not known: nothing that is deployed here makes it',
    '    kms:Decrypt',
    '  never used: of it kms:Encrypt',
    '    on *',
    '    by statement 1 of App/policy',
    '',
  ]);
  expect(from('App/pipeline')).toEqual([
    'App/pipeline',
    '  role pipeline of 111111111111',
    '  1 allowed and used, 2 never used',
    '  allowed and used:',
    '    s3:PutObject on artifacts/a',
    '  used in part: s3:* (statement 1 of App/policy), for s3:PutObject',
    '  never used: of it s3:GetObject',
    '    on *',
    '    by statement 1 of App/policy',
  ]);
});

test('on a narrow terminal no line is longer than it, but for what is copied', () => {
  const copied = /^ {4,}(\{|role\.|add to )/;
  for (const columns of [40, 80]) {
    const lines = [...told(false, columns), ...told(true, columns)].filter((line) => !copied.test(line));
    expect(lines.filter((line) => line.length > columns && !line.startsWith('Everything of a role'))).toEqual([]);
  }
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
