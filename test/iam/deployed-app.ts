import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Template } from '../../engine/cloudformation/template/template';
import { Layout } from '../../model/layout';

/** A stack to deploy, in the order given. */
export interface StackToDeploy {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly template: object;
}

/** Deploys stacks to a ledger of their own: everything is recorded, nothing is made on this machine. */
export async function deployAll(
  stacks: readonly StackToDeploy[],
  ledger = new DiskLedger(new Layout(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-iam-')))),
): Promise<DiskLedger> {
  for (const { name, account, region, template } of stacks) {
    const changeSet = computeChangeSet(
      {
        account,
        region,
        stackName: name,
        file: `${name}.json`,
        template: withoutBootstrapRule(template),
        parameters: {},
        tags: {},
      },
      ledger,
    );
    const result = await deploy(changeSet, {
      ledger,
      provisioners: new Map(),
      emit: () => undefined,
      environment: 'test',
    });
    if (!/COMPLETE$/.test(result.status) || /ROLLBACK/.test(result.status))
      throw new Error(`${name}: ${JSON.stringify(result).slice(0, 500)}`);
  }
  return ledger;
}

/** The template without the rule that asks the account for its bootstrap's version: there is no account here. */
function withoutBootstrapRule(template: object): Template {
  const kept = Object.entries(template).filter(([section]) => section !== 'Rules' && section !== 'Parameters');
  return Object.fromEntries(kept) as unknown as Template;
}
