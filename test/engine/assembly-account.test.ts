import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { assumedAccount, readAssembly } from '../../engine/assembly/assembly';
import { REGIONS } from '../../engine/assembly/regions';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-assembly-account-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** An assembly of one stack a template, each of them open. */
function assembly(templates: Record<string, unknown>, environment = 'aws://unknown-account/unknown-region'): string {
  const directory = fs.mkdtempSync(path.join(root, 'a-'));
  const artifacts = Object.fromEntries(
    Object.entries(templates).map(([name, template]) => {
      fs.writeFileSync(path.join(directory, `${name}.json`), JSON.stringify(template));
      return [name, { type: 'aws:cloudformation:stack', environment, properties: { templateFile: `${name}.json` } }];
    }),
  );
  fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
  return directory;
}
const project = (ServiceRole: unknown) => ({
  Resources: { Build: { Type: 'AWS::CodeBuild::Project', Properties: { ServiceRole } } },
});
const none = { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } };
const accountsOf = (directory: string, place = {}) => readAssembly(directory, place).map(({ account }) => account);

// A service takes a role of its own account only, so a literal role says which account an environment-agnostic app is meant for.
test.each<[string, Record<string, unknown>, string]>([
  ['a role by its ARN', { A: project('arn:aws:iam::222222222222:role/build'), B: none }, '222222222222'],
  [
    'a role of the partition',
    { A: project({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::333333333333:role/build']] }) },
    '333333333333',
  ],
  ['no account in a role', { A: project('build-role'), B: project({ Ref: 'Role' }) }, '000000000000'],
  [
    'two accounts',
    { A: project('arn:aws:iam::222222222222:role/a'), B: project('arn:aws:iam::333333333333:role/b') },
    '000000000000',
  ],
  [
    'an action of another account',
    {
      A: {
        Resources: {
          Role: { Type: 'AWS::IAM::Policy', Properties: { Resource: 'arn:aws:iam::222222222222:role/deploy' } },
        },
      },
    },
    '000000000000',
  ],
])('an open account is the one of its services’ roles: %s', (_name, templates, account) => {
  const directory = assembly(templates);
  expect(assumedAccount(directory)).toBe(account);
  expect(accountsOf(directory)).toEqual(Object.keys(templates).map(() => account));
  expect(accountsOf(directory, { account: '444444444444' })).toEqual(Object.keys(templates).map(() => '444444444444'));
});

test('a stack that names its account keeps it', () => {
  const directory = assembly({ A: project('arn:aws:iam::222222222222:role/a') }, 'aws://111111111111/eu-west-1');
  expect(accountsOf(directory)).toEqual(['111111111111']);
});

test('a region that AWS has not is refused where it is written, with the nearest one', () => {
  const directory = assembly({ Shop: none }, 'aws://222222222222/eu-east-2');
  expect(() => readAssembly(directory)).toThrow(
    expect.objectContaining({
      code: 'REGION_UNKNOWN',
      message: 'AWS has no region eu-east-2, where the app puts the stack Shop; did you mean eu-west-2?',
      where: { file: path.join(directory, 'manifest.json'), line: 1, path: 'artifacts.Shop.environment' },
    }),
  );
  expect(() => readAssembly(assembly({ Shop: none }), { region: 'eu-west-9' })).toThrow('AWS has no region eu-west-9');
});

test('every region of the CDK is known', () => {
  expect(RegionInfo.regions.map(({ name }) => name).filter((name) => !REGIONS.includes(name))).toEqual([]);
});

test('an app that leaves its account open is rehearsed in that of its connection, where no role names one', () => {
  const pipeline = (account: string) => ({
    Resources: {
      Pipeline: {
        Type: 'AWS::CodePipeline::Pipeline',
        Properties: {
          Stages: [
            {
              Actions: [
                {
                  Configuration: { ConnectionArn: `arn:aws:codeconnections:us-east-1:${account}:connection/eff0aae5` },
                },
              ],
            },
          ],
        },
      },
    },
  });
  expect(accountsOf(assembly({ A: pipeline('333333333333'), B: none }))).toEqual(['333333333333', '333333333333']);
  expect(
    accountsOf(assembly({ A: pipeline('333333333333'), B: project('arn:aws:iam::222222222222:role/build') })),
  ).toEqual(['222222222222', '222222222222']);
  expect(accountsOf(assembly({ A: pipeline('333333333333'), B: pipeline('444444444444') }))).toEqual([
    '000000000000',
    '000000000000',
  ]);
});
