import * as fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import execa from 'execa';

/** What this machine tells of its processes. */
export interface ProcessTable {
  /** When a process started, in whatever form: a pid alone may be another process by now. Undefined where there is none. */
  readonly startTime: (pid: number) => string | undefined;
  /** The running processes whose environment has a text. Only /proc shows the environment of every process. */
  readonly withEnvironment: (text: string) => number[];
  /** The running processes that work in a folder. Without /proc: those whose command names it. */
  readonly within: (folder: string) => number[];
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
  within: (folder) =>
    fs
      .readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid && isRunning(pid) && folderOf(pid) === folder),
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
  within: (folder) =>
    execa
      .sync('ps', ['-axo', 'pid=,command='], { reject: false, env: { LC_ALL: 'C' } })
      .stdout.split('\n')
      .filter((line) => line.includes(folder))
      .map((line) => Number(line.trim().split(' ', 1)[0]))
      .filter((pid) => pid > 0 && pid !== process.pid),
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

function folderOf(pid: number): string {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function environmentOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

/** Ends the processes that work in a folder: SIGQUIT, which ends a PostgreSQL with its children, and after three seconds SIGKILL. */
export async function endProcessesIn(folder: string, table = processTable()): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const found = table.within(folder);
    if (found.length === 0) return;
    if (round === 0 || round >= 60) for (const pid of found) signalProcess(pid, round === 0 ? 'SIGQUIT' : 'SIGKILL');
    await setTimeout(50);
  }
}

/** Sends a signal to a process; one that is gone already is not an error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether there is a process of a number, anybody's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
