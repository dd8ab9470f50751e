import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** Never part of what a test reads of a checkout. */
const NEVER = new Set(['node_modules', '.git', '.venv', '__pycache__']);

/** The files below a folder, or the file itself, sorted. A path that is not there has none. */
function filesOf(place: string): string[] {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (!stat) return [];
  if (!stat.isDirectory()) return [place];
  return fs
    .readdirSync(place)
    .filter((name) => !NEVER.has(name))
    .sort()
    .flatMap((name) => filesOf(path.join(place, name)));
}

/**
 * A digest of the names, modes and contents of files and folders, and of further texts.
 * @param root names are relative to it, so that a copy of a folder has the digest of its original
 */
export function fingerprint(root: string, places: readonly string[], ...texts: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (content: string | Buffer): unknown => hash.update(`${content.length}\n`).update(content);
  for (const file of places.flatMap((place) => filesOf(path.join(root, place)))) {
    add(path.relative(root, file));
    add(String(fs.statSync(file).mode));
    add(fs.readFileSync(file));
  }
  texts.forEach(add);
  return hash.digest('hex');
}
