import * as fs from 'node:fs';
import execa from 'execa';

/** What this machine tells of its processes. */
export interface ProcessTable {
  /** When a process started, in whatever form: a pid alone may be another process by now. Undefined where there is none. */
  readonly startTime: (pid: number) => string | undefined;
  /** The running processes whose environment has a text. Only /proc shows the environment of every process. */
  readonly withEnvironment: (text: string) => number[];
}

/** Linux's /proc. */
export const PROC: ProcessTable = {
  startTime: (pid) => {
    try {
      return statOf(pid)[19];
    } catch {
      return undefined;
    }
  },
  withEnvironment: (text) =>
    fs
      .readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid && isRunning(pid) && environmentOf(pid).includes(text)),
};

/** `ps` of POSIX with the start time that Linux, macOS and the BSDs add; macOS hides the environment of its own programs, /bin/sh among them. */
export const PS: ProcessTable = {
  startTime: (pid) => {
    const { stdout, failed } = execa.sync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      reject: false,
      env: { LC_ALL: 'C' },
    });
    return failed ? undefined : stdout.trim() || undefined;
  },
  withEnvironment: () => [],
};

/** The table of this machine. */
export const processTable = (): ProcessTable => (fs.existsSync('/proc/self/environ') ? PROC : PS);

/** The fields of /proc/PID/stat after the program's name; the name may hold blanks and brackets. */
function statOf(pid: number): string[] {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A zombie has ended; it is only not yet waited for. */
function isRunning(pid: number): boolean {
  try {
    return !/^[ZX]/.test(statOf(pid)[0] ?? '');
  } catch {
    return false;
  }
}

function environmentOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
