import * as os from 'node:os';
import type { BuildQueue } from '../ports/build-queue';

/** Bytes of memory that a build is counted with where nobody said how many run at once: `npm ci` and a test runner take about as much. */
const BUILD_MEMORY = 1024 ** 3;
/** Builds wait for the network and the disk for about half of their time, so more of them than cores run at once, and four on any machine. */
const BUILDS_A_CORE = 2;
const LEAST = 4;

/** How many builds run at once where nobody said it: by the cores and the memory of this machine. */
export function defaultPlaces(cores = os.availableParallelism(), memory = os.totalmem()): number {
  const byCores = Math.max(LEAST, cores * BUILDS_A_CORE);
  return Math.max(1, Math.min(byCores, Math.floor(memory / BUILD_MEMORY)));
}

/** The places of this machine for builds. A build that finds none waits, as it waits on AWS for the account's quota of concurrent builds. */
export class BuildPlaces implements BuildQueue {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(readonly most: number) {}

  /** How many builds wait. */
  get waits(): number {
    return this.waiting.length;
  }

  takeNow(): (() => void) | undefined {
    if (this.taken >= this.most) return undefined;
    this.taken += 1;
    return this.place();
  }

  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const place = this.takeNow();
    if (place) return place;
    await new Promise<void>((granted, refused) => {
      const grant = (): void => {
        signal.removeEventListener('abort', leave);
        granted();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(grant), 1);
        refused(signal.reason as Error);
      };
      this.waiting.push(grant);
      signal.addEventListener('abort', leave, { once: true });
    });
    return this.place();
  }

  /** A taken place, to be given back once: to the one that has waited the longest, or to whom comes next. */
  private place(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.waiting.shift();
      if (next) next();
      else this.taken -= 1;
    };
  }
}
