import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import type { DeployedStack, StackLedger } from '../ports/ledger';
import { Journal } from './journal';

/** The ledger on disk: one JSON file a stack, replaced as a whole, so that a killed engine leaves the old or the new one. */
export class DiskLedger implements StackLedger {
  private readonly stacks = new Map<string, DeployedStack>();

  /** @throws SaiondoError `LEDGER_INVALID` naming the file that is no stack */
  constructor(private readonly layout: Layout) {
    const root = path.join(layout.root, 'state', 'ledger');
    if (!fs.existsSync(root)) return;
    for (const entry of fs.readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.json')) continue;
      const stack = readStack(path.join(root, entry));
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
    return this.exporter(account, region, name)?.value;
  }

  /** Which stack exports a name, and what. */
  exporter(account: string, region: string, name: string): { stackName: string; value: string } | undefined {
    for (const stack of this.of(account, region)) {
      for (const output of Object.values(stack.outputs))
        if (output.exportName === name) return { stackName: stack.stackName, value: output.value };
    }
    return undefined;
  }

  /** The stacks of an account and region that import an export. */
  importers(account: string, region: string, name: string): readonly string[] {
    return this.of(account, region)
      .filter((stack) => stack.imports?.includes(name))
      .map((stack) => stack.stackName);
  }

  put(stack: DeployedStack): void {
    const file = this.file(stack.account, stack.region, stack.stackName);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, JSON.stringify(stack, null, 1), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
    this.stacks.set(key(stack.account, stack.region, stack.stackName), stack);
  }

  remove(account: string, region: string, stackName: string): void {
    fs.rmSync(this.file(account, region, stackName), { force: true });
    this.stacks.delete(key(account, region, stackName));
  }

  /** What a deployment of the stack in progress, or one that was interrupted, has done. */
  journal(account: string, region: string, stackName: string): Journal {
    return new Journal(this.file(account, region, stackName).replace(/\.json$/, '.journal.jsonl'));
  }

  private of(account: string, region: string): readonly DeployedStack[] {
    return this.list().filter((stack) => stack.account === account && stack.region === region);
  }

  private file(account: string, region: string, stackName: string): string {
    return path.join(this.layout.ledger(account, region), `${stackName.replace(/[^A-Za-z0-9-]/g, '-')}.json`);
  }
}

function readStack(file: string): DeployedStack {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as DeployedStack;
  } catch (cause) {
    throw new SaiondoError(`the ledger holds a file that is no stack: ${cause instanceof Error ? cause.message : ''}`, {
      code: 'LEDGER_INVALID',
      where: { file },
      next: 'remove the file: the stack is then deployed anew',
      cause,
    });
  }
}

function key(account: string, region: string, stackName: string): string {
  return `${account}/${region}/${stackName}`;
}
