import * as path from 'node:path';
import { pathSegment } from '../../model/path-segment';
import { isObject, readState } from '../files/read-state';
import { writeAtomically } from '../files/write-atomically';
import type { ChangeSet } from './change-set';
import type { StackAddress } from './stack-id';

/** Change sets that wait to be executed, on disk beside the ledger, so that a resumed run finds them. One of the same name is replaced. */
export class ChangeSetStore {
  constructor(private readonly directory: string) {}

  put(name: string, changeSet: ChangeSet): void {
    writeAtomically(this.file(changeSet, name), JSON.stringify(changeSet));
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

  private file({ account, region, stackName }: StackAddress, name: string): string {
    const parts = [account, region, stackName, name].map(pathSegment);
    return path.join(this.directory, `${pathSegment(parts.join('_'))}.json`);
  }
}
