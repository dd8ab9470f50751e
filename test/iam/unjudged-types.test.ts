import * as fs from 'node:fs';
import * as path from 'node:path';
import { AccountPolicies } from '../../engine/iam/account/account-policies';
import { judgeResource } from '../../engine/iam/judgement/judge-resource';
import { unjudgedTypesPage } from '../../scripts/unjudged-types';
import { deployAll } from './deployed-app';
import { smallApp, stacksOf, TARGET } from './small-app';

test('the page names every type of which it is not known what CloudFormation asks for', () => {
  const page = fs.readFileSync(path.join(__dirname, '../../docs/unjudged-types.md'), 'utf8');
  const words = (text: string) => text.split(/\s+/).join(' ').replaceAll('\\', '');
  expect(words(page)).toBe(words(unjudgedTypesPage()));
  expect(page).toContain('`AWS::DocDB::` DBCluster,');
});

test('a role that may do everything makes a resource of such a type; of every other it is not known', async () => {
  const policies = new AccountPolicies(await deployAll(stacksOf(smallApp())));
  const resource = {
    ...{ type: 'AWS::DocDB::DBCluster', operation: 'create' as const, logicalId: 'Db', physicalId: 'db' },
    ...{ properties: {}, attributes: {}, account: TARGET, region: 'eu-west-1', stackName: 'Db', environment: 'Dev' },
  };
  const told = async (role: string) =>
    (await judgeResource(`arn:aws:iam::${TARGET}:role/${role}`, resource, policies)).map(
      ({ decision, text }) => [decision.result, text] as const,
    );
  expect(await told('execution')).toMatchObject([['allowed', expect.any(String)]]);
  expect(await told('smoke')).toEqual([
    ['not known', 'CloudFormation’s registry lists no permissions of AWS::DocDB::DBCluster'],
  ]);
  const custom = { ...resource, type: 'Custom::Seed' };
  expect(await judgeResource(`arn:aws:iam::${TARGET}:role/smoke`, custom, policies)).toEqual([]);
});
