import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { processTable } from './process-table';

/** The variable that every process of an engine carries: what a killed engine left is found by it. */
export const ENGINE_MARK = 'SAIONDO_ENGINE';

let current: string | undefined;

/** Tells a root folder from another, in names that leave this machine's own words out. */
export function folderLabel(root: string): string {
  return createHash('sha256').update(path.resolve(root)).digest('hex').slice(0, 12);
}

/** Names this process as the engine of a root folder, from now on. @returns `LABEL.PID.START`, that of no other engine ever */
export function becomeEngine(root: string): string {
  current = `${folderLabel(root)}.${process.pid}.${(processTable().startTime(process.pid) ?? '').replace(/\W+/g, '-')}`;
  return current;
}

/** The mark as variables; none where this process is not an engine. */
export function engineMark(): Record<string, string> {
  return current === undefined ? {} : { [ENGINE_MARK]: current };
}
