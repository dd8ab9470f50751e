import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathSegment } from '../../model/path-segment';
import { isObject, readState } from '../files/read-state';
import { writeAtomically } from '../files/write-atomically';
import type { ChangeSet } from './change-set';
import type { StackAddress } from './stack-id';

/** A change set under the name that it was given. */
export interface NamedChangeSet extends ChangeSet {
  readonly changeSetName: string;
}

/**
 * Every change set that waits to be executed, or was: of the actions of a pipeline and of CloudFormation's API. They are on disk next to the
 * ledger, so that a resumed run finds them. One of the same name is replaced.
 */
export class ChangeSetStore {
  constructor(private readonly directory: string) {}

  put(changeSetName: string, changeSet: ChangeSet): void {
    const named: NamedChangeSet = { ...changeSet, changeSetName };
    writeAtomically(this.file(changeSet, changeSetName), JSON.stringify(named));
  }

  /** @throws SaiondoError `STATE_DAMAGED` */
  get(at: StackAddress, name: string): ChangeSet | undefined {
    return readState({
      file: this.file(at, name),
      holds: `the change set ${name} of the stack ${at.stackName}`,
      valid: (content): content is ChangeSet => isObject(content) && isObject(content.template),
      next: 'remove it and retry all actions of the stage: the change set is then made again',
    });
  }

  /** The change sets of a stack, by name. A file that is damaged is in no list; {@link get} says what is wrong with it. */
  list(at: StackAddress): NamedChangeSet[] {
    return this.of(at)
      .filter((one) => one.stackName === at.stackName)
      .sort((a, b) => a.changeSetName.localeCompare(b.changeSetName));
  }

  /** The stacks of an account and region that have change sets, by name. */
  names(at: Omit<StackAddress, 'stackName'>): string[] {
    return [...new Set(this.of(at).map(({ stackName }) => stackName))].sort();
  }

  private of({ account, region }: Omit<StackAddress, 'stackName'>): NamedChangeSet[] {
    if (!fs.existsSync(this.directory)) return [];
    return fs
      .readdirSync(this.directory)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => namedIn(path.join(this.directory, file)) ?? [])
      .filter((one) => one.account === account && one.region === region);
  }

  /** One that is not there counts as removed. */
  remove(at: StackAddress, name: string): void {
    fs.rmSync(this.file(at, name), { force: true });
  }

  /** Removes every change set of a stack. */
  removeAll(at: StackAddress): void {
    for (const { changeSetName } of this.list(at)) this.remove(at, changeSetName);
  }

  private file({ account, region, stackName }: StackAddress, name: string): string {
    const parts = [account, region, stackName, name].map(pathSegment);
    return path.join(this.directory, `${pathSegment(parts.join('_'))}.json`);
  }
}

/** Undefined for a file that is not a change set with its name: damaged, or of a version that kept no names. */
function namedIn(file: string): NamedChangeSet | undefined {
  try {
    const content: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return isObject(content) && typeof content.changeSetName === 'string'
      ? (content as unknown as NamedChangeSet)
      : undefined;
  } catch {
    return undefined;
  }
}
