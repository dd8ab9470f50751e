import * as fs from 'node:fs';
import * as path from 'node:path';
import { walkFiles, type WalkedFile } from '../../files/folder-walk';
import type { ArtifactsSpec } from '../spec/buildspec';
import { followed, globMatcher, keptLink, matchingDirectories, type BuildFolders } from '../../files/matching-files';

/** How many files were collected, and the links that lead out of the build; or why none could be, in CodeBuild's words. */
export type Collected = { readonly files: number; readonly leadOut: readonly string[] } | { readonly failure: string };

/**
 * Copies what an `artifacts` section names into the artifact's folder (CodeBuild User Guide, "artifacts" of the build specification
 * reference): `*` stays inside a path segment, `**` crosses; no match at all fails the build. A symbolic link is followed; with
 * `enable-symlinks` one that stays inside the source is kept. A link that leads out of the build's own folders is not followed: on AWS it
 * leads into the build's container, here it would lead into this machine.
 * @throws SaiondoError `GLOB_INVALID`
 */
export async function collectArtifacts(folders: BuildFolders, spec: ArtifactsSpec, target: string): Promise<Collected> {
  const bases =
    spec.baseDirectory === undefined ? [folders.source] : await matchingDirectories(folders, spec.baseDirectory);
  if (bases.length === 0) return { failure: `no matching base directory path found for ${spec.baseDirectory ?? ''}` };
  const matches = globMatcher(spec.files);
  const excluded = globMatcher(spec.excludePaths.flatMap((one) => [one, one.replace(/\/\*\*\/\*$/, '')]));
  const leadOut: string[] = [];
  let files = 0;
  for (const base of bases) {
    for await (const file of walkFiles(base)) {
      if (!matches(file.relative) || excluded(file.relative)) continue;
      const real = followed(file, folders.seen);
      if (real === undefined) {
        leadOut.push(path.relative(folders.source, file.full));
        continue;
      }
      const to = path.join(target, spec.discardPaths ? path.basename(file.relative) : file.relative);
      if (await copyEntry(file, real, to, spec.enableSymlinks ? folders.source : undefined)) files++;
    }
  }
  if (files === 0) return { failure: 'no matching artifact paths found' };
  return { files, leadOut };
}

/** @returns whether there was a file to copy: a link that leads to a folder, nowhere or in a circle is none */
async function copyEntry(
  { full, link }: WalkedFile,
  real: string,
  to: string,
  keepInside: string | undefined,
): Promise<boolean> {
  const leadsTo = link && keepInside !== undefined ? keptLink(full, keepInside) : undefined;
  if (leadsTo !== undefined) {
    await fs.promises.mkdir(path.dirname(to), { recursive: true });
    await fs.promises.rm(to, { force: true });
    await fs.promises.symlink(leadsTo, to);
    return true;
  }
  const stat = await fs.promises.stat(real).catch(() => undefined);
  if (!stat?.isFile()) return false;
  await fs.promises.mkdir(path.dirname(to), { recursive: true });
  // What stands there is from a path that was discarded. It may be a link, which a copy would write through.
  await fs.promises.rm(to, { force: true });
  await fs.promises.copyFile(real, to, fs.constants.COPYFILE_FICLONE);
  await fs.promises.chmod(to, stat.mode & 0o777);
  return true;
}
