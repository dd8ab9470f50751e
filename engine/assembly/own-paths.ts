import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import { realPathInside } from '../files/folder-walk';

/** Nested assemblies within each other: a stage's lies in its app's. */
const MOST_NESTED = 20;

/** What a manifest names. */
type Kind = 'file' | 'folder' | 'file or folder';

/**
 * A path that a manifest of an assembly names, as an absolute one. An assembly may be somebody else's: what it names lies in its outermost folder, links
 * followed, and is a file or a folder. `cdk synth` copies each asset there, unless staging is switched off.
 * @param named as the manifest has it, relative to the manifest's folder
 * @throws SaiondoError `ASSEMBLY_INVALID`
 */
export function ownPath(manifest: string, named: string, kind: Kind): string {
  const file = path.resolve(path.dirname(manifest), named);
  const refused = (
    what: string,
    next = 'synthesize again: cdk synth writes the assembly with all that it names',
  ): Error =>
    new SaiondoError(`${JSON.stringify(named)}, which the assembly names, ${what}`, {
      code: 'ASSEMBLY_INVALID',
      where: { file: manifest },
      next,
    });
  if (named.includes('\0') || !fs.existsSync(file)) throw refused('is missing');
  const real = realPathInside(file, [outermost(path.dirname(manifest))]);
  if (real === undefined)
    throw refused(
      'leads out of it',
      'synthesize with staging (without --no-staging and aws:cdk:disable-asset-staging): cdk synth then copies assets into the assembly',
    );
  const stat = fs.statSync(real);
  if (!(stat.isFile() && kind !== 'folder') && !(stat.isDirectory() && kind !== 'file'))
    throw refused(`is not a ${kind}`);
  return file;
}

/**
 * The folder of an assembly within another. It lies below: reading would not end otherwise.
 * @param named `directoryName` of the artifact
 * @throws SaiondoError `ASSEMBLY_INVALID`
 */
export function nestedFolder(manifest: string, named: string): string {
  const folder = ownPath(manifest, named, 'folder');
  const parent = path.dirname(manifest);
  const real = realPathInside(folder, [parent]);
  if (real === undefined || real === fs.realpathSync(parent))
    throw new SaiondoError(`the nested assembly ${JSON.stringify(named)} does not lie in the one that names it`, {
      code: 'ASSEMBLY_INVALID',
      where: { file: manifest },
      next: 'synthesize again: cdk synth writes it below',
    });
  return folder;
}

/** The folder of the assembly that an assembly lies in, itself where it lies in none: assets of a stage are next to it. */
function outermost(directory: string): string {
  let at = path.resolve(directory);
  for (let nested = 0; nested < MOST_NESTED && fs.existsSync(path.join(at, '..', 'manifest.json')); nested++)
    at = path.dirname(at);
  return at;
}
