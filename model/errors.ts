/** A place in a file that a person can open: shown as `file:line:column`. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The path of keys inside the file, e.g. `phases.build.commands[2]`. */
  readonly path?: string;
}

/** Who has to act: the user (wrong input, missing tool) or the authors of this package (a bug). */
export type ErrorSource = 'user' | 'internal';

/** What a {@link SaiondoError} is made of. */
export interface SaiondoErrorOptions {
  /** Stable, upper-case, for programs: `CONFIGURATION_INVALID`. The message's wording is free to change. */
  readonly code: string;
  /** Default `user`. */
  readonly source?: ErrorSource;
  readonly where?: Location;
  /** What to do next, as a sentence or a command to type. */
  readonly next?: string;
  readonly cause?: unknown;
}

/**
 * The one exception of this package. A failed build, a rejected approval or a timeout is never thrown: those are values.
 * The message says what happened and what was expected; `where` and `next` are shown on lines of their own.
 */
export class SaiondoError extends Error {
  readonly code: string;
  readonly source: ErrorSource;
  readonly where?: Location;
  readonly next?: string;

  constructor(message: string, options: SaiondoErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SaiondoError';
    this.code = options.code;
    this.source = options.source ?? 'user';
    if (options.where) this.where = options.where;
    if (options.next) this.next = options.next;
  }
}

/** `file:line:column (path)` with the parts that are known. */
export function formatLocation(where: Location): string {
  const place = [where.file, where.line, where.column].filter((part) => part !== undefined).join(':');
  return where.path ? `${place} (${where.path})` : place;
}
