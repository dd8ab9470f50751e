import * as fs from 'node:fs';

/** A mount of this machine. */
export interface Mount {
  readonly at: string;
  /** `nosuid`, `nodev`, `noexec`, `ro`: what a user namespace may not take away from it. */
  readonly flags: readonly string[];
}

const LOCKED = new Set(['nosuid', 'nodev', 'noexec', 'ro']);

/** The mounts of this machine, in the order in which they were made (proc(5), `/proc/self/mountinfo`). */
export function mountTable(text = fs.readFileSync('/proc/self/mountinfo', 'utf8')): Mount[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, , , , at = '', flags = ''] = line.split(' ');
      return { at: decoded(at), flags: flags.split(',').filter((flag) => LOCKED.has(flag)) };
    });
}

/** The mount that a path lies on. */
export function mountOf(table: readonly Mount[], file: string): Mount | undefined {
  return table
    .filter(({ at }) => contains(at, file))
    .reduce<Mount | undefined>((best, one) => (best && best.at.length > one.at.length ? best : one), undefined);
}

/** Whether a path is a folder or lies below it. */
export function contains(folder: string, file: string): boolean {
  return folder === '/' || file === folder || file.startsWith(`${folder}/`);
}

function decoded(text: string): string {
  return text.replace(/\\(\d{3})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
}
