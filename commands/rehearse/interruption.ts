/** Ctrl-C, `kill`, and the terminal that closes: all three end a rehearsal in order. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Hears the signals that are to end the process. The first one aborts; the next ends it at once, and the engine's watcher ends what it had started.
 * @returns the signal of the first, and how to hear no more
 */
export function hearSignals(): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const heard = (): void => {
    // Exit code of a process that Ctrl-C ended (bash, "Exit Status").
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error('interrupted'));
  };
  for (const one of SIGNALS) process.on(one, heard);
  return {
    signal: controller.signal,
    end: () => {
      for (const one of SIGNALS) process.off(one, heard);
    },
  };
}
