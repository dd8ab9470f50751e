import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadConfiguration } from '../../config/load';
import { OPERATIONS } from '../../operator/operations';
import { policyOf } from '../../operator/policy';

const ROOT = path.join(__dirname, '../..');
const sources = ['operator', 'commands'].flatMap((folder) =>
  (fs.readdirSync(path.join(ROOT, folder), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file: `${folder}/${file}`, text: fs.readFileSync(path.join(ROOT, folder, file), 'utf8') })),
);
const configuration = loadConfiguration(path.join(ROOT, 'saiondo.yaml'));
const { pipeline, environments, project } = configuration;
const scope = {
  pipeline: pipeline.name,
  project,
  home: { account: pipeline.account, region: pipeline.region },
  environments: [environments.dev, environments.prod].map(({ account, region }) => ({ account, region })),
  connectionArn: pipeline.connectionArn,
};
const commands = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];
const small = (name: string): string => `${name[0]?.toLowerCase() ?? ''}${name.slice(1)}`;

test('docs/operator-policy.json is the least policy of every command (npm run saiondo -- doctor --policy prints it)', () => {
  const documented = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/operator-policy.json'), 'utf8')) as unknown;
  expect(documented).toEqual(Object.fromEntries(commands.map((name) => [name, policyOf(OPERATIONS[name], scope)])));
});

test('AWS is called in operator/clients/ alone, and every call there is one that a command declares', () => {
  const used = sources.flatMap(({ file, text }) =>
    [...text.matchAll(/\bnew (?:\w+\.)?(\w+)Command\(/g)]
      .map((match) => ({ file, operation: small(match[1] ?? '') }))
      .filter(({ operation }) => operation !== ''),
  );
  const outside = used.filter(({ file }) => !file.startsWith('operator/clients/'));
  expect(outside).toEqual([]);
  expect(new Set(used.map((one) => one.operation))).toEqual(new Set(Object.values(OPERATIONS).flat()));
});

test('every declared operation is called somewhere', () => {
  const text = sources.filter(({ file }) => !file.startsWith('operator/clients/')).map((one) => one.text);
  const called = (operation: string): boolean => text.some((one) => new RegExp(`\\.${operation}\\b`).test(one));
  expect(
    Object.values(OPERATIONS)
      .flat()
      .filter((operation) => !called(operation)),
  ).toEqual([]);
});

test('a reading command’s policy changes nothing', () => {
  const reading = ['status', 'history', 'triage', 'doctor', 'open'] as const;
  const actions = reading.flatMap((name) => policyOf(OPERATIONS[name], scope).Statement.flatMap((one) => one.Action));
  expect(
    actions.filter((action) => !/:(Get|List|Describe|BatchGet)|^sts:AssumeRole$|^kms:Decrypt$/.test(action)),
  ).toEqual([]);
});

test('no policy names everything but where the service takes nothing narrower', () => {
  const wide = commands.flatMap((name) =>
    policyOf(OPERATIONS[name], scope)
      .Statement.filter((one) => one.Resource.includes('*'))
      .flatMap((one) => one.Action),
  );
  expect(new Set(wide)).toEqual(new Set(['ecs:ListTasks', 'servicequotas:ListServiceQuotas']));
});

test('aws-cdk-lib is in none of the operator’s files', () => {
  expect(sources.filter(({ text }) => /from 'aws-cdk-lib|from 'constructs'/.test(text))).toEqual([]);
});
