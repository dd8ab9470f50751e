import * as fs from 'node:fs';
import * as path from 'node:path';

/** Folders of a build: where they are on this machine, by where the build sees them. */
export type SeenFolders = ReadonlyMap<string, string>;

/** How many links in a row are followed (Linux follows 40). */
const MOST_LINKS = 40;

/**
 * The file that a build means by a path, on this machine: links are followed as the build sees them, and only to what is the build's own. One that
 * leads to this machine's files leads nowhere.
 */
export function fileOf(from: string, seen: SeenFolders): string | undefined {
  let at = from;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const [inside, here] = [...seen].find(([folder]) => at.startsWith(`${folder}/`)) ?? [];
    if (inside === undefined || here === undefined) return undefined;
    const next = firstLink(here, at.slice(inside.length + 1).split('/'));
    if (next === undefined) return path.join(here, at.slice(inside.length));
    const { link, rest } = next;
    const leadsTo = fs.readlinkSync(link);
    const parent = path.join(inside, path.relative(here, path.dirname(link)));
    at = path.join(path.resolve(parent, leadsTo), ...rest);
  }
  return undefined;
}

/** Whether a path of the source is a file of the source: no link, no part of the way leads elsewhere, and it is not a pipe or device. */
export function isOwnFile(source: string, file: string): boolean {
  const own = fileOf(file, new Map([[source, source]]));
  return own !== undefined && fs.statSync(own, { throwIfNoEntry: false })?.isFile() === true;
}

/** The first symbolic link on the way from a folder, and what comes after it. */
function firstLink(folder: string, segments: readonly string[]): { link: string; rest: string[] } | undefined {
  let at = folder;
  for (const [index, segment] of segments.entries()) {
    at = path.join(at, segment);
    const stat = fs.lstatSync(at, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (stat.isSymbolicLink()) return { link: at, rest: segments.slice(index + 1) };
  }
  return undefined;
}
