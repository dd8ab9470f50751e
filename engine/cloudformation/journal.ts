import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import { isObject } from '../files/read-state';
import { makePrivateFolder } from '../files/write-atomically';
import type { DeployedResource } from '../ports/ledger';

/** What a deployment has touched: the resource as it is now (or as it was about to be), and as it was before. */
export interface Touched {
  readonly now: DeployedResource;
  readonly before?: DeployedResource;
  /** Finished; else the engine ended while it was being made. */
  readonly done: boolean;
}

type Line =
  | { readonly kind: 'deployment'; readonly changeSet: string }
  | { readonly kind: 'touching' | 'touched'; readonly now: DeployedResource; readonly before?: DeployedResource }
  | { readonly kind: 'rollback'; readonly logicalId: string; readonly reason: string };

/**
 * What a deployment in progress has done so far, next to the stack's file in the ledger: written before and after each resource, gone when the
 * deployment has ended. An engine that is killed between two resources leaves it, and the next deployment continues from it or undoes it.
 */
export class Journal {
  changeSet: string | undefined;
  rollback: { readonly logicalId: string; readonly reason: string } | undefined;
  private readonly byId = new Map<string, Touched>();

  /**
   * Reads what an interrupted deployment left; a torn last line is what the engine did not get to write.
   * @throws SaiondoError `LEDGER_INVALID`
   */
  constructor(private readonly file: string) {
    if (!fs.existsSync(file)) return;
    const text = fs.readFileSync(file, 'utf8');
    const whole = text.lastIndexOf('\n') + 1;
    for (const one of text.slice(0, whole).split('\n').filter(Boolean)) {
      const line = lineOf(one, file);
      if (line.kind === 'deployment') this.changeSet = line.changeSet;
      else if (line.kind === 'rollback') this.rollback = line;
      else this.note(line.now, line.before, line.kind === 'touched');
    }
    if (whole < text.length) fs.writeFileSync(file, text.slice(0, whole), { mode: 0o600 });
  }

  /** In the order in which they were touched. */
  get touched(): readonly Touched[] {
    return [...this.byId.values()];
  }

  finished(logicalId: string): DeployedResource | undefined {
    const touched = this.byId.get(logicalId);
    return touched?.done ? touched.now : undefined;
  }

  begin(changeSet: string): void {
    this.changeSet = changeSet;
    this.append({ kind: 'deployment', changeSet });
  }

  touching(now: DeployedResource, before: DeployedResource | undefined): void {
    this.note(now, before, false);
    this.append({ kind: 'touching', now, ...(before ? { before } : {}) });
  }

  done(now: DeployedResource, before: DeployedResource | undefined): void {
    this.note(now, before, true);
    this.append({ kind: 'touched', now, ...(before ? { before } : {}) });
  }

  rollingBack(logicalId: string, reason: string): void {
    this.rollback = { logicalId, reason };
    this.append({ kind: 'rollback', logicalId, reason });
  }

  /** The deployment is over: the ledger has what it came to. */
  close(): void {
    fs.rmSync(this.file, { force: true });
    this.byId.clear();
    this.changeSet = undefined;
    this.rollback = undefined;
  }

  private note(now: DeployedResource, before: DeployedResource | undefined, done: boolean): void {
    this.byId.set(now.logicalId, { now, done, ...(before ? { before } : {}) });
  }

  private append(line: Line): void {
    makePrivateFolder(path.dirname(this.file));
    fs.appendFileSync(this.file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}

function lineOf(text: string, file: string): Line {
  let why = 'a line has another shape';
  try {
    const line: unknown = JSON.parse(text);
    if (isObject(line) && (line.kind === 'deployment' || line.kind === 'rollback' || isObject(line.now)))
      return line as unknown as Line;
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  throw new SaiondoError(`the record of an interrupted deployment is damaged: ${why}`, {
    code: 'LEDGER_INVALID',
    where: { file },
    next: 'remove the file: the next deployment then starts from the stack as the ledger has it, and may find resources half made',
  });
}
