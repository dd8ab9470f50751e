import { closest, distance } from 'fastest-levenshtein';

/** The name that somebody may have meant, or undefined where none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const found = names.find((name) => name.toLowerCase() === given.toLowerCase()) ?? closest(given, names);
  return distance(given.toLowerCase(), found.toLowerCase()) <= Math.max(2, given.length / 3) ? found : undefined;
}

/** What to do about a name that is not known: the nearest, then all of them. */
export function knownNames(given: string, names: readonly string[]): string {
  const near = nearest(given, names);
  const all = names.length === 0 ? 'there is none' : `known: ${names.join(', ')}`;
  return near === undefined ? all : `did you mean ${near}? ${all}`;
}
