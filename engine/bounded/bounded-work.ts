import * as path from 'node:path';
import { Worker } from 'node:worker_threads';
import { SaiondoError, type SaiondoErrorOptions } from '../../model/errors';
import { ownScript } from './own-script';

/** A function of a module that runs in a thread of its own. Its arguments and its result are data. */
export interface BoundedJob {
  /** The module's file, as `require.resolve` gives it. */
  readonly module: string;
  /** The export to call. */
  readonly name: string;
}

/** How long a job may take and how much memory it may have. */
export interface WorkLimits {
  readonly milliseconds: number;
}

/** What a job's thread is asked. */
export interface WorkRequest extends BoundedJob {
  readonly args: readonly unknown[];
}

/** What a job's thread answers. */
export type WorkAnswer =
  | { readonly value: unknown }
  | { readonly refused: { readonly message: string; readonly options: SaiondoErrorOptions } }
  | { readonly failed: string };

/** Megabytes of JavaScript objects of one job. */
const MEGABYTES = 1024;
/** Jobs at a time; further ones wait. */
const MOST_THREADS = 3;
/** The thread's entry. */
const ENTRY = ownScript(path.join(__dirname, 'bounded-worker'));

const idle: Worker[] = [];
const waiting: (() => void)[] = [];
let threads = 0;

/**
 * Runs a function over foreign input where it holds nothing up and can be ended: in a thread with a deadline and a heap of its own.
 * @throws SaiondoError what the function throws; `WORK_TOO_LONG`, `WORK_TOO_LARGE` where it had to be ended
 */
export async function bounded<F extends (...args: never[]) => unknown>(
  job: BoundedJob,
  args: Parameters<F>,
  limits: WorkLimits,
): Promise<Awaited<ReturnType<F>>> {
  const worker = await takeThread();
  let usable = false;
  try {
    const answer = await ask(worker, { ...job, args }, limits);
    usable = true;
    if ('value' in answer) return answer.value as Awaited<ReturnType<F>>;
    if ('refused' in answer) throw new SaiondoError(answer.refused.message, answer.refused.options);
    throw new Error(answer.failed);
  } finally {
    giveBack(worker, usable);
  }
}

function ask(worker: Worker, request: WorkRequest, { milliseconds }: WorkLimits): Promise<WorkAnswer> {
  return new Promise((done, fail) => {
    const clear = (): void => {
      clearTimeout(timer);
      worker.removeListener('message', onMessage).removeListener('error', onError).removeListener('exit', onExit);
    };
    const onMessage = (answer: WorkAnswer): void => (clear(), done(answer));
    const onError = (error: Error): void => {
      clear();
      const large = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      fail(large ? ended('WORK_TOO_LARGE', `it needs more than ${MEGABYTES} MB of memory`) : error);
    };
    const onExit = (): void => (clear(), fail(new Error('the thread of a job ended')));
    const timer = setTimeout(
      () => (clear(), fail(ended('WORK_TOO_LONG', `it did not come to an end within ${milliseconds} ms`))),
      milliseconds,
    );
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  });
}

function ended(code: string, message: string): SaiondoError {
  return new SaiondoError(message, { code });
}

async function takeThread(): Promise<Worker> {
  if (threads >= MOST_THREADS) await new Promise<void>((done) => waiting.push(done));
  threads++;
  const worker =
    idle.pop() ??
    new Worker(ENTRY.file, {
      ...(ENTRY.execArgv.length > 0 ? { execArgv: [...ENTRY.execArgv] } : {}),
      resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
    });
  worker.ref();
  return worker;
}

/** One thread that came through waits for the next job, and keeps nothing alive. */
function giveBack(worker: Worker, usable: boolean): void {
  threads--;
  if (usable && idle.length === 0) {
    worker.unref();
    idle.push(worker);
  } else void worker.terminate();
  waiting.shift()?.();
}
