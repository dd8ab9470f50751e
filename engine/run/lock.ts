import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SaiondoError } from '../../model/errors';
import { startTime } from '../local/service-registry';

/**
 * Takes the lock of a root folder: databases, ledger and registry belong to one engine at a time. A lock whose process is gone is taken over.
 * @returns how to give it back
 * @throws SaiondoError `LOCKED` naming the process
 */
export function takeLock(file: string): () => void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      fs.writeFileSync(file, JSON.stringify({ pid: process.pid, started: startTime(process.pid) }), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = readHolder(file);
      if (holder && isAlive(holder)) {
        throw new SaiondoError(`another rehearsal runs here (process ${holder.pid})`, {
          code: 'LOCKED',
          next: 'wait for it, or end it',
        });
      }
      fs.rmSync(file, { force: true });
    }
  }
  throw new SaiondoError('another rehearsal has just started here', { code: 'LOCKED', next: 'wait for it, or end it' });
}

/** Takes a lock like {@link takeLock}, and waits for whoever has it: for what is made once and then shared. */
export async function waitForLock(file: string, signal?: AbortSignal): Promise<() => void> {
  for (;;) {
    try {
      return takeLock(file);
    } catch (error) {
      if (!(error instanceof SaiondoError) || error.code !== 'LOCKED') throw error;
      await setTimeout(200, undefined, signal ? { signal } : {});
    }
  }
}

/** Whether a living engine holds the lock: what its run has not ended goes on. */
export function isLocked(file: string): boolean {
  const holder = readHolder(file);
  return holder !== undefined && isAlive(holder);
}

interface Holder {
  readonly pid: number;
  readonly started?: string;
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // The same number may belong to another process by now; where /proc tells, it decides.
  const started = startTime(holder.pid);
  return holder.started === undefined || started === undefined || holder.started === started;
}
