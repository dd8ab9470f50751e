import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';

/** What the system says of a disk or of this process's files, and what a person can do about it (errno(3)). */
const CAUSES: Readonly<Record<string, { readonly code: string; readonly what: string; readonly next: string }>> = {
  ENOSPC: { code: 'DISK_FULL', what: 'is full', next: 'make room there' },
  EDQUOT: { code: 'DISK_FULL', what: 'has no room left in your quota', next: 'make room there, or raise the quota' },
  EROFS: { code: 'DISK_READ_ONLY', what: 'is read-only', next: 'mount it writable, or name another --directory' },
  EACCES: { code: 'DISK_DENIED', what: 'does not let you write there', next: 'make the folder yours (chown, chmod)' },
  EPERM: { code: 'DISK_DENIED', what: 'does not let you write there', next: 'make the folder yours (chown, chmod)' },
  EIO: { code: 'DISK_FAILED', what: 'reports a fault', next: 'look at the disk (dmesg)' },
};

/** Whether an error says that the disk takes nothing, and not that the program is wrong. */
export function isDiskError(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && (code in CAUSES || code === 'EMFILE' || code === 'ENFILE');
}

/**
 * An error of the file system as a sentence with the file system's name; any other error stays what it is.
 * @param file what was to be written
 * @param what the file in words: `the event log`
 */
export function diskError(cause: unknown, file: string, what = file): Error {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE')
    return new SaiondoError(`cannot write ${what}: ${code}: too many files are open`, {
      code: 'TOO_MANY_FILES',
      next: 'raise the limit (ulimit -n 4096), then continue the run with --resume',
      cause,
    });
  const known = CAUSES[code];
  if (!known) return cause instanceof Error ? cause : new Error(String(cause));
  return new SaiondoError(`cannot write ${what}: ${message}: the file system at ${mountPoint(file)} ${known.what}`, {
    code: known.code,
    next: `${known.next}, then continue the run with --resume`,
    cause,
  });
}

/** The folder at which the file system of a path is mounted. */
export function mountPoint(file: string): string {
  let at = path.resolve(file);
  while (!fs.existsSync(at) && at !== path.dirname(at)) at = path.dirname(at);
  const device = deviceOf(at);
  while (at !== path.dirname(at) && deviceOf(path.dirname(at)) === device) at = path.dirname(at);
  return at;
}

function deviceOf(at: string): number | undefined {
  try {
    return fs.statSync(at).dev;
  } catch {
    return undefined;
  }
}
