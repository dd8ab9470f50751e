import * as fs from 'node:fs';
import { SaiondoError } from '../../model/errors';

/** A file of the state on disk, and what a person has to know when it is damaged. */
export interface StateFile<T> {
  readonly file: string;
  /** What it holds, in words: `the values of secrets and parameters`. */
  readonly holds: string;
  /** Whether what was read has the file's shape. */
  readonly valid: (content: unknown) => content is T;
  /** What to do: imperative, with what is lost by it. */
  readonly next: string;
}

/**
 * Reads a JSON file of the state. A damaged one is never taken for an empty one.
 * @returns undefined where the file does not exist
 * @throws SaiondoError `STATE_DAMAGED` naming the file, what it holds and what to do
 */
export function readState<T>({ file, holds, valid, next }: StateFile<T>): T | undefined {
  let why: string;
  try {
    const content: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (valid(content)) return content;
    why = 'it has another shape';
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    why = cause instanceof Error ? cause.message : String(cause);
  }
  throw new SaiondoError(`${file} is damaged (${why}): it holds ${holds}`, {
    code: 'STATE_DAMAGED',
    where: { file },
    next,
  });
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON object all of whose values have a type. */
export function isRecordOf<T>(value: unknown, type: 'string' | 'number'): value is Record<string, T> {
  return isObject(value) && Object.values(value).every((one) => typeof one === type);
}
