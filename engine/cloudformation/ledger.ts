import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { pathSegment } from '../../model/path-segment';
import { isObject, readState } from '../files/read-state';
import { writeAtomically } from '../files/write-atomically';
import type { DeployedStack, StackLedger } from '../ports/ledger';
import { Journal } from './journal';

/** The ledger on disk: one JSON file a stack, replaced as a whole, so that a killed engine leaves the old or the new one. */
export class DiskLedger implements StackLedger {
  private readonly stacks = new Map<string, DeployedStack>();
  /** What could not be read, by file. */
  private readonly unreadable = new Map<string, SaiondoError>();

  /** A file that is not a stack blocks what needs that stack, and no other: it is told by {@link damaged}. */
  constructor(private readonly layout: Layout) {
    const root = layout.ledgers();
    if (!fs.existsSync(root)) return;
    for (const entry of fs.readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!entry.endsWith('.json')) continue;
      const file = path.join(root, entry);
      const stack = this.read(file);
      if (stack) this.stacks.set(key(stack.account, stack.region, stack.stackName), stack);
    }
  }

  /** The files that are not stacks: what is deployed there is not known. */
  damaged(): readonly SaiondoError[] {
    return [...this.unreadable.values()];
  }

  /** @throws SaiondoError `LEDGER_INVALID` where the stack's file is damaged: it is not taken for a stack that is not deployed */
  get(account: string, region: string, stackName: string): DeployedStack | undefined {
    this.refuseDamaged(account, region, stackName);
    return this.stacks.get(key(account, region, stackName));
  }

  list(): readonly DeployedStack[] {
    return [...this.stacks.values()];
  }

  resources(type: string, account?: string, region?: string): ReturnType<StackLedger['resources']> {
    return this.list()
      .filter((stack) => (!account || stack.account === account) && (!region || stack.region === region))
      .flatMap((stack) =>
        Object.values(stack.resources).flatMap((resource) => (resource.type === type ? [{ ...resource, stack }] : [])),
      );
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

  /** @throws SaiondoError `LEDGER_INVALID`, or of a disk that takes nothing */
  put(stack: DeployedStack): void {
    this.refuseDamaged(stack.account, stack.region, stack.stackName);
    const file = this.file(stack.account, stack.region, stack.stackName);
    writeAtomically(file, JSON.stringify(stack, null, 1));
    this.stacks.set(key(stack.account, stack.region, stack.stackName), stack);
  }

  remove(account: string, region: string, stackName: string): void {
    this.refuseDamaged(account, region, stackName);
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

  private refuseDamaged(account: string, region: string, stackName: string): void {
    const error = this.unreadable.get(this.file(account, region, stackName));
    if (error) throw error;
  }

  private read(file: string): DeployedStack | undefined {
    try {
      const stack = readState({
        file,
        holds: 'what is deployed of a stack',
        valid: isStack,
        next: 'repair the file, or remove it with the data of its resources: the stack is then deployed again',
      });
      if (!stack || this.file(stack.account, stack.region, stack.stackName) === file) return stack;
      throw new SaiondoError(`${file} is of the stack ${stack.stackName} in ${stack.account}/${stack.region}`, {
        code: 'LEDGER_INVALID',
        where: { file },
        next: 'move it to where that stack’s file belongs, or remove it',
      });
    } catch (cause) {
      const { message, next } = cause as SaiondoError;
      const said = { code: 'LEDGER_INVALID', where: { file }, ...(next ? { next } : {}), cause };
      this.unreadable.set(file, new SaiondoError(`the ledger: ${message}`, said));
      return undefined;
    }
  }

  private file(account: string, region: string, stackName: string): string {
    return path.join(this.layout.ledger(account, region), `${pathSegment(stackName)}.json`);
  }
}

function isStack(value: unknown): value is DeployedStack {
  if (!isObject(value)) return false;
  const texts = [value.account, value.region, value.stackName, value.stackId, value.status];
  return texts.every((one) => typeof one === 'string') && isObject(value.resources) && isObject(value.outputs);
}

function key(account: string, region: string, stackName: string): string {
  return `${account}/${region}/${stackName}`;
}
