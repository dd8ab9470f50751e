import { createHash } from 'node:crypto';

/** Characters of a segment; with a suffix such as `.json.new` it stays below the 255 bytes that file systems take. */
const MAX_LENGTH = 180;
const PLAIN = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/**
 * A name from outside (a stack, a region, an artifact, a run) as one segment of a path: it never leads out of its folder, and two names never meet in
 * one segment. A plain name stays as it is; any other gets a hash of itself behind `~`, a character that no plain name has.
 */
export function pathSegment(name: string): string {
  if (PLAIN.test(name) && name.length <= MAX_LENGTH) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 80)}~${hash}`;
}
