import * as path from 'node:path';
import { which } from '../host/tools';

/** The programs of util-linux and coreutils that make a sandbox, by their paths. */
export interface SystemTools {
  readonly env: string;
  readonly mount: string;
  readonly nsenter: string;
  readonly setpriv: string;
  readonly setsid: string;
  readonly sh: string;
  readonly unshare: string;
}

const NAMES = ['env', 'mount', 'nsenter', 'setpriv', 'setsid', 'sh', 'unshare'] as const;

/** Folders that hold a distribution's own programs. A program of the same name in a home is none of them. */
const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** @returns the programs, or the names of those that this machine has not */
export function findSystemTools(): SystemTools | readonly string[] {
  const found = NAMES.map((name) => {
    const file = which(name, SYSTEM_FOLDERS);
    return [name, file && SYSTEM_FOLDERS.includes(path.dirname(file)) ? file : undefined] as const;
  });
  const missing = found.filter(([, file]) => file === undefined).map(([name]) => name);
  return missing.length > 0 ? missing : (Object.fromEntries(found) as unknown as SystemTools);
}
