import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { SaiondoError } from '../../model/errors';
import { diskError } from '../files/disk-error';
import { isObject } from '../files/read-state';
import { makePrivateFolder } from '../files/write-atomically';
import { isAlive, processTable } from './process-table';

/**
 * Takes the lock of a root folder: databases, ledger and registry belong to one engine at a time. A lock whose process is gone is taken over.
 * @param takenOver called when the holder was killed: what it has left running is still to be ended
 * @returns how to give it back
 * @throws SaiondoError `LOCKED` naming the process
 */
export function takeLock(file: string, takenOver?: () => void): () => void {
  try {
    makePrivateFolder(path.dirname(file));
  } catch (cause) {
    throw diskError(cause, file, 'the lock of this folder');
  }
  // Written elsewhere and linked: nobody ever sees a lock without its holder.
  const mine = `${file}.${randomUUID()}`;
  const holder = JSON.stringify({ pid: process.pid, started: processTable().startTime(process.pid) });
  try {
    try {
      fs.writeFileSync(mine, holder, { flag: 'wx', mode: 0o600 });
    } catch (cause) {
      throw diskError(cause, mine, 'the lock of this folder');
    }
    for (let attempt = 0; attempt < 2; attempt++) {
      if (link(mine, file)) {
        return () => {
          if (read(file) === holder) fs.rmSync(file, { force: true });
        };
      }
      if (setAside(file, `${mine}.left`)) takenOver?.();
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
  throw new SaiondoError('another rehearsal has just started here', {
    code: 'LOCKED',
    next: 'use it: saiondo status; or stop it with Ctrl-C in its terminal',
  });
}

/** @returns whether the lock is taken by this; false: somebody has it */
function link(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Moves a killed engine's lock out of the way. Two engines may find it at once: the one that then moves the other's new lock puts it back.
 * @throws SaiondoError `LOCKED` when its holder lives
 */
function setAside(file: string, aside: string): boolean {
  const found = read(file);
  if (found === undefined) return false;
  refuseLiving(found);
  try {
    fs.renameSync(file, aside);
    const moved = read(aside);
    if (moved === found) return true;
    link(aside, file);
    if (moved !== undefined) refuseLiving(moved);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

function refuseLiving(text: string): void {
  const holder = parseHolder(text);
  if (!holder || !lives(holder)) return;
  throw new SaiondoError(`A rehearsal is already running in this folder (process ${holder.pid})`, {
    code: 'LOCKED',
    next: 'use it: saiondo status; or stop it with Ctrl-C in its terminal',
  });
}

/** Takes a lock like {@link takeLock}, and waits for its holder: for what is made once and then shared. */
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

/** The process of the living engine that holds a lock. */
export function lockHolder(file: string): number | undefined {
  const holder = parseHolder(read(file) ?? '');
  return holder && lives(holder) ? holder.pid : undefined;
}

interface Holder {
  readonly pid: number;
  readonly started?: string;
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(text);
    // A number that is none, or zero (this very group), is nobody.
    return isObject(holder) && Number.isSafeInteger(holder.pid) && Number(holder.pid) > 0
      ? (holder as unknown as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function lives(holder: Holder): boolean {
  if (!isAlive(holder.pid)) return false;
  // The same number may belong to another process by now; where /proc tells, it decides.
  const started = processTable().startTime(holder.pid);
  return holder.started === undefined || started === undefined || holder.started === started;
}
