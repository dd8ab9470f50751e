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
