/** Milliseconds that a long loop may hold the thread before it lets others have a turn. */
const MOST_HELD = 15;

/**
 * Lets a long loop give way: the engine has one thread, and every request, build and clock waits for it.
 *
 *     const turns = new Turns();
 *     for (const one of many) {
 *       if (turns.due()) await turns.give();
 */
export class Turns {
  private since = performance.now();

  /** Whether the loop has held the thread for long enough. */
  due(): boolean {
    return performance.now() - this.since > MOST_HELD;
  }

  /** Lets everything that waits run. */
  async give(): Promise<void> {
    await new Promise<void>((done) => setImmediate(done));
    this.since = performance.now();
  }
}

const waiting: (() => void)[] = [];

/**
 * Waits for a round of the event loop of its own. Thirty builds that start in the same moment would do the same step of theirs one behind the
 * other, and nothing else would run meanwhile: with this ahead of the step, requests and clocks get their turn between any two of them.
 */
export function ownTurn(): Promise<void> {
  return new Promise((done) => {
    waiting.push(done);
    if (waiting.length === 1) setImmediate(nextTurn);
  });
}

function nextTurn(): void {
  waiting.shift()?.();
  // An immediate that is asked for by another comes in the next round of the loop, behind its timers and its sockets.
  if (waiting.length > 0) setImmediate(nextTurn);
}
