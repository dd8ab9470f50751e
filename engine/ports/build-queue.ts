/** Builds that can be stopped by their id while they run. */
export interface BuildStops {
  /** Told when a build begins. @returns the signal that stops it, and what ends its entry */
  begin(buildId: string): { readonly signal: AbortSignal; readonly end: () => void };
}

/** Lets only so many builds run at once, in the order in which they came. */
export interface BuildQueue {
  /** How many builds run at once. */
  readonly most: number;
  /** Takes a place that is free now. @returns gives the place back; undefined where none is free */
  takeNow(): (() => void) | undefined;
  /** Waits for a place. @returns gives the place back @throws the signal's reason when the signal aborts first */
  take(signal: AbortSignal): Promise<() => void>;
}
