/** A resolved template is JSON of many shapes: these read it without believing it. */
export type Json = Readonly<Record<string, unknown>>;

/** An object, or an empty one. */
export const object = (value: unknown): Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};

/** A list; one value is a list of it, none an empty one. */
export const list = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** A text, or an empty one. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
