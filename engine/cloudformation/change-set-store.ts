import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ChangeSet } from './change-set';
import type { StackAddress } from './stack-id';

/** Change sets that wait to be executed, on disk beside the ledger, so that a resumed run finds them. One of the same name is replaced. */
export class ChangeSetStore {
  constructor(private readonly directory: string) {}

  put(name: string, changeSet: ChangeSet): void {
    const file = this.file(changeSet, name);
    fs.mkdirSync(this.directory, { recursive: true });
    fs.writeFileSync(`${file}.new`, JSON.stringify(changeSet), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  }

  get(at: StackAddress, name: string): ChangeSet | undefined {
    const file = this.file(at, name);
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as ChangeSet) : undefined;
  }

  private file({ account, region, stackName }: StackAddress, name: string): string {
    const parts = [account, region, stackName, name];
    return path.join(this.directory, `${parts.join('_').replace(/[^\w.-]/g, '-')}.json`);
  }
}
