import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Layout } from '../../model/layout';
import type { DeployedStack, StackLedger } from '../ledger';

/** The ledger on disk: one JSON file a stack, replaced as a whole, so that a killed engine leaves the old or the new one. */
export class DiskLedger implements StackLedger {
  private readonly stacks = new Map<string, DeployedStack>();

  constructor(private readonly layout: Layout) {
    const root = path.join(layout.root, 'state', 'ledger');
    if (!fs.existsSync(root)) return;
    for (const entry of fs.readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.json')) continue;
      const stack = JSON.parse(fs.readFileSync(path.join(root, entry), 'utf8')) as DeployedStack;
      this.stacks.set(key(stack.account, stack.region, stack.stackName), stack);
    }
  }

  get(account: string, region: string, stackName: string): DeployedStack | undefined {
    return this.stacks.get(key(account, region, stackName));
  }

  list(): readonly DeployedStack[] {
    return [...this.stacks.values()];
  }

  resources(type: string, account?: string, region?: string): ReturnType<StackLedger['resources']> {
    return this.list()
      .filter((stack) => (!account || stack.account === account) && (!region || stack.region === region))
      .flatMap((stack) => Object.values(stack.resources).map((resource) => ({ ...resource, stack })))
      .filter((resource) => resource.type === type);
  }

  /** The value of an export of an account and region. */
  exportOf(account: string, region: string, name: string): string | undefined {
    for (const stack of this.stacks.values()) {
      if (stack.account !== account || stack.region !== region) continue;
      for (const output of Object.values(stack.outputs)) if (output.exportName === name) return output.value;
    }
    return undefined;
  }

  put(stack: DeployedStack): void {
    this.stacks.set(key(stack.account, stack.region, stack.stackName), stack);
    const file = this.file(stack.account, stack.region, stack.stackName);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, JSON.stringify(stack, null, 1), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  }

  remove(account: string, region: string, stackName: string): void {
    this.stacks.delete(key(account, region, stackName));
    fs.rmSync(this.file(account, region, stackName), { force: true });
  }

  private file(account: string, region: string, stackName: string): string {
    return path.join(this.layout.ledger(account, region), `${stackName.replace(/[^A-Za-z0-9-]/g, '-')}.json`);
  }
}

function key(account: string, region: string, stackName: string): string {
  return `${account}/${region}/${stackName}`;
}
