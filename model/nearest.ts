import * as levenshtein from 'fastest-levenshtein';

/** Characters of a name that are compared: to compare takes time by the length of both, and a name from outside has any length. */
const MOST = 200;

/** How many characters differ. Only the first 200 of each are compared. */
export function distance(one: string, other: string): number {
  return levenshtein.distance(one.slice(0, MOST), other.slice(0, MOST));
}

/** The nearest of some names. Only the first 200 characters of the given one are compared. */
export function closest(given: string, names: readonly string[]): string {
  return levenshtein.closest(given.slice(0, MOST), names);
}

/** The name that somebody may have meant, or undefined where none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const found = names.find((name) => name.toLowerCase() === given.toLowerCase()) ?? closest(given, names);
  return distance(given.toLowerCase(), found.toLowerCase()) <= Math.max(2, given.length / 3) ? found : undefined;
}

/** Names that are listed: more would push what is said out of sight. */
const MOST_NAMES = 12;

/** What to do about a name that is not known: the nearest, then the others. */
export function knownNames(given: string, names: readonly string[]): string {
  const near = nearest(given, names);
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const all = names.length === 0 ? 'there is none' : `known: ${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  return near === undefined ? all : `did you mean ${near}? ${all}`;
}
