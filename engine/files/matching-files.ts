import * as fs from 'node:fs';
import * as path from 'node:path';
import { compileFileGlob } from '../text/file-glob';
import { realPathInside, walkFiles, walkFolders, type WalkedFile } from './folder-walk';
import { fileOf, type SeenFolders } from './own-files';

/** The folders of one build, as its sections of artifacts and reports see them. */
export interface BuildFolders {
  /** The primary source: what relative paths start at. */
  readonly source: string;
  /** What links and absolute paths may lead into. Nothing else of this machine is collected. */
  readonly seen: SeenFolders;
}

/** What patterns find, and the links among it that lead out of the build and were not followed, relative. */
export interface FoundFiles {
  readonly files: readonly string[];
  readonly leadOut: readonly string[];
}

/** The files below a folder that match patterns, sorted; nothing below a folder that is not there. @throws SaiondoError `GLOB_INVALID` */
export async function matchingFiles(base: string, patterns: readonly string[], seen: SeenFolders): Promise<FoundFiles> {
  const matches = globMatcher(patterns);
  const files: string[] = [];
  const leadOut: string[] = [];
  if (!fs.existsSync(base)) return { files, leadOut };
  for await (const file of walkFiles(base)) {
    if (!matches(file.relative)) continue;
    const real = followed(file, seen);
    if (real === undefined) leadOut.push(file.relative);
    else if (!file.link || isFile(real)) files.push(real);
  }
  return { files, leadOut };
}

/** The file itself, or where a link leads as the build sees it; undefined where that is outside of the build. */
export function followed({ full, link }: WalkedFile, seen: SeenFolders): string | undefined {
  return link ? fileOf(full, seen) : full;
}

/**
 * The folders that a `base-directory` names: one, or those that a pattern matches. One that really is outside of the build is none.
 * @throws SaiondoError `GLOB_INVALID`
 */
export async function matchingDirectories({ source, seen }: BuildFolders, pattern: string): Promise<string[]> {
  if (!/[*?[\]{}]/.test(pattern)) {
    const named = path.resolve(source, pattern);
    const real = named === source ? source : fileOf(named, seen);
    return real !== undefined && fs.statSync(real, { throwIfNoEntry: false })?.isDirectory() ? [real] : [];
  }
  const matches = globMatcher([pattern]);
  const found: string[] = [];
  for await (const directory of walkFolders(source)) if (matches(directory)) found.push(path.join(source, directory));
  return found;
}

/** Patterns as one test of relative paths. @throws SaiondoError `GLOB_INVALID` */
export function globMatcher(patterns: readonly string[]): (file: string) => boolean {
  const tests = patterns.map((pattern) => compileFileGlob(pattern.replace(/^\.\//, '').replace(/\/$/, '/**')));
  return (file) => tests.some((test) => test(file));
}

/** The target of a link that `enable-symlinks` keeps: relative, and inside the source also by way of other links. */
export function keptLink(full: string, source: string): string | undefined {
  const leadsTo = fs.readlinkSync(full);
  if (path.isAbsolute(leadsTo) || fileOf(full, new Map([[source, source]])) === undefined) return undefined;
  return fs.existsSync(full) && realPathInside(full, [source]) === undefined ? undefined : leadsTo;
}

function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
