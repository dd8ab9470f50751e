import { matchingDirectories, matcher, walk } from '../../host/matching-files';
import { fileOf, type SeenFolders } from './own-files';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ArtifactsSpec } from '../spec/buildspec';

/** How many files were collected, or why none could be, in CodeBuild's words. */
export type Collected = { readonly files: number } | { readonly failure: string };

/**
 * Copies what an `artifacts` section names into the artifact's folder (CodeBuild User Guide, "artifacts" of the build specification
 * reference): `*` stays inside a path segment, `**` crosses; no match at all fails the build. A symbolic link is followed; with
 * `enable-symlinks` one that stays inside the source is kept.
 */
export async function collectArtifacts(
  source: string,
  spec: ArtifactsSpec,
  target: string,
  seen: SeenFolders,
): Promise<Collected> {
  const bases = spec.baseDirectory === undefined ? [source] : matchingDirectories(source, spec.baseDirectory);
  if (bases.length === 0) return { failure: `no matching base directory path found for ${spec.baseDirectory ?? ''}` };
  const matches = matcher(spec.files);
  const excluded = matcher(spec.excludePaths.flatMap((one) => [one, one.replace(/\/\*\*\/\*$/, '')]));
  let files = 0;
  for (const base of bases) {
    for (const file of walk(base, base)) {
      if (!matches(file) || excluded(file)) continue;
      const to = path.join(target, spec.discardPaths ? path.basename(file) : file);
      if (await copyEntry(path.join(base, file), to, spec.enableSymlinks ? source : undefined, seen)) files++;
    }
  }
  if (files === 0) return { failure: 'no matching artifact paths found' };
  return { files };
}

/** @returns whether there was a file to copy: a link that leads to a folder or nowhere is none */
async function copyEntry(
  from: string,
  to: string,
  keepLinksInside: string | undefined,
  seen: SeenFolders,
): Promise<boolean> {
  if (fs.lstatSync(from).isSymbolicLink() && keepLinksInside !== undefined) {
    const leadsTo = path.resolve(path.dirname(from), fs.readlinkSync(from));
    if (leadsTo === keepLinksInside || leadsTo.startsWith(keepLinksInside + path.sep)) {
      await fs.promises.mkdir(path.dirname(to), { recursive: true });
      await fs.promises.rm(to, { force: true });
      await fs.promises.symlink(fs.readlinkSync(from), to);
      return true;
    }
  }
  const file = fileOf(from, seen);
  if (file === undefined) return false;
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return false;
  await fs.promises.mkdir(path.dirname(to), { recursive: true });
  await fs.promises.copyFile(file, to, fs.constants.COPYFILE_FICLONE);
  await fs.promises.chmod(to, stat.mode & 0o777);
  return true;
}
