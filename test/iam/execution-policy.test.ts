import * as fs from 'node:fs';
import * as path from 'node:path';
import { AccountPolicies } from '../../engine/iam/account/account-policies';
import { judgeResource } from '../../engine/iam/judgement/judge-resource';
import type { ResourceOfStack, StackLedger } from '../../engine/ports/ledger';
import { deployShippedApp } from './shipped-app';

const folder = path.join(__dirname, '../../docs/execution-policy');
/** The parts as `cdk bootstrap` is given them: several managed policies of one role. */
const parts = fs
  .readdirSync(folder)
  .map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')) as Readonly<Record<string, unknown>>);

/** A role in each account that may what docs/execution-policy/ says, and no more. */
function withExecutionRoles(ledger: Pick<StackLedger, 'resources'>, stacks: readonly ResourceOfStack['stack'][]) {
  const roles = [...new Map(stacks.map((stack) => [stack.account, stack])).values()].map((stack): ResourceOfStack => ({
    stack,
    logicalId: 'Execution',
    type: 'AWS::IAM::Role',
    physicalId: 'execution',
    properties: {
      RoleName: 'execution',
      Policies: parts.map((PolicyDocument, at) => ({ PolicyName: `saiondo-execution-${at + 1}`, PolicyDocument })),
    },
    attributes: {},
    standing: 'recorded',
  }));
  return {
    resources: (...[type, ...at]: Parameters<StackLedger['resources']>) =>
      type === 'AWS::IAM::Role' ? [...ledger.resources(type, ...at), ...roles] : ledger.resources(type, ...at),
  };
}

test('CloudFormation makes, changes and deletes every resource of the shipped app with docs/execution-policy/', async () => {
  const ledger = await deployShippedApp();
  const stacks = ledger.list();
  const policies = new AccountPolicies(withExecutionRoles(ledger, stacks));
  const denied: string[] = [];
  let judged = 0;
  for (const stack of stacks) {
    const { account, region, stackName } = stack;
    for (const resource of Object.values(stack.resources))
      for (const operation of ['create', 'update', 'delete'] as const) {
        const role = `arn:aws:iam::${account}:role/execution`;
        const asked = { ...resource, operation, account, region, stackName, environment: stackName };
        for (const { call, decision, text } of await judgeResource(role, asked, policies)) {
          judged++;
          if (decision.result === 'denied' && call.optional === undefined) denied.push(`${call.why}: ${text}`);
        }
      }
  }
  expect(judged).toBeGreaterThan(1000);
  expect(denied).toEqual([]);
}, 900_000);
