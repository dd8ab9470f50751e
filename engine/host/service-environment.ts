import * as path from 'node:path';

/** Where a system's programs are. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** PATH of a service that is a Node.js program: this Node.js first. */
export const nodePath = (): string => [path.dirname(process.execPath), SYSTEM_PATH].join(path.delimiter);

/**
 * The environment of a service of this machine. It is made, never inherited: nothing of the person who runs the rehearsal is in it.
 * @param more what the service needs beyond that
 */
export function serviceEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: SYSTEM_PATH, LC_ALL: 'C', ...more };
}
