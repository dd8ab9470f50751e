/** Ctrl-C, `kill`, and the terminal that closes: all three end a rehearsal in order. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a person is told of the signals. */
export interface InterruptionWords {
  /** The first one: what runs is being ended. */
  readonly ending: () => void;
  /** Another one: nothing more is waited for. */
  readonly leaving: () => void;
}

/** The signals that are to end this process, heard from the beginning of a command to its end. */
export interface Interruption {
  /** Aborts at the first signal of a rehearsal that runs. */
  readonly signal: AbortSignal;
  /** From now on the first signal ends the rehearsal in order. The words go to the person at the first signal and at the next. */
  readonly begin: (said: InterruptionWords) => void;
  /** Hears no more. */
  readonly end: () => void;
}

/**
 * Hears the signals that are to end the process. Ahead of {@link Interruption.begin} the first one ends it at once; after it the first one aborts, and the next
 * ends the process, and the engine's watcher ends what it had started. Ask for it before a program is started: execa listens for as long as a program runs, and
 * a signal that comes just before it stops listening is lost where nobody else listens (libuv drops what is meant for a handle that has been stopped).
 */
export function hearSignals(): Interruption {
  const controller = new AbortController();
  let begun: InterruptionWords | undefined;
  const heard = (): void => {
    if (!begun || controller.signal.aborted) {
      begun?.leaving();
      // Nothing runs yet, or the person waits no longer for the orderly end: the next engine ends what is left behind.
      // A process that Ctrl-C ended has this code (bash, "Exit Status").
      process.exit(130);
    }
    begun.ending();
    controller.abort(new Error('interrupted'));
  };
  for (const one of SIGNALS) process.on(one, heard);
  return {
    signal: controller.signal,
    begin: (said) => {
      begun = said;
    },
    end: () => {
      for (const one of SIGNALS) process.off(one, heard);
    },
  };
}
