import * as fs from 'node:fs';
import * as path from 'node:path';
import picomatch from 'picomatch';
import type { ArtifactsSpec } from './buildspec';

/** Why nothing could be collected, in CodeBuild's words. */
export type Collected = { readonly files: number } | { readonly failure: string };

/**
 * Copies what an `artifacts` section names into the artifact's folder (CodeBuild User Guide, "Artifacts" of the build specification
 * reference): `*` stays inside a path segment, `**` crosses; no match at all fails the build. Symbolic links that lead out of the source
 * are left out.
 */
export function collectArtifacts(source: string, spec: ArtifactsSpec, target: string): Collected {
  const bases = spec.baseDirectory === undefined ? [source] : baseDirectories(source, spec.baseDirectory);
  if (bases.length === 0) return { failure: `no matching base directory path found for ${spec.baseDirectory ?? ''}` };
  const patterns = spec.files.map(normalize);
  const matches = picomatch(patterns, { dot: true });
  const excluded =
    spec.excludePaths.length > 0 ? picomatch(spec.excludePaths.map(normalize), { dot: true }) : () => false;
  let files = 0;
  for (const base of bases) {
    for (const file of walk(base, base)) {
      if (!matches(file) || excluded(file)) continue;
      const to = path.join(target, spec.discardPaths ? path.basename(file) : file);
      fs.mkdirSync(path.dirname(to), { recursive: true });
      copyEntry(path.join(base, file), to, source);
      files++;
    }
  }
  if (files === 0) return { failure: 'no matching artifact paths found' };
  return { files };
}

/** The files below a folder that match patterns, for reports. */
export function matchingFiles(base: string, patterns: readonly string[]): string[] {
  const matches = picomatch(patterns.map(normalize), { dot: true });
  return fs.existsSync(base)
    ? [...walk(base, base)].filter((file) => matches(file)).map((file) => path.join(base, file))
    : [];
}

function normalize(pattern: string): string {
  return pattern.replace(/^\.\//, '').replace(/\/$/, '/**');
}

function baseDirectories(source: string, pattern: string): string[] {
  const plain = path.resolve(source, pattern);
  if (!/[*?[\]{}]/.test(pattern)) return fs.existsSync(plain) && fs.statSync(plain).isDirectory() ? [plain] : [];
  const matches = picomatch(normalize(pattern), { dot: true });
  return [...directories(source, source)]
    .filter((directory) => matches(directory))
    .map((directory) => path.join(source, directory));
}

function* directories(root: string, at: string): Generator<string> {
  for (const entry of fs.readdirSync(at, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const full = path.join(at, entry.name);
    yield path.relative(root, full);
    yield* directories(root, full);
  }
}

/** Every file and link below a folder, relative; links to folders are entries themselves. */
function* walk(root: string, at: string): Generator<string> {
  for (const entry of fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(at, entry.name);
    if (entry.isDirectory()) yield* walk(root, full);
    else if (entry.isFile() || entry.isSymbolicLink()) yield path.relative(root, full);
  }
}

function copyEntry(from: string, to: string, source: string): void {
  const stat = fs.lstatSync(from);
  if (!stat.isSymbolicLink()) {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
    fs.chmodSync(to, stat.mode & 0o777);
    return;
  }
  const leadsTo = path.resolve(path.dirname(from), fs.readlinkSync(from));
  if (leadsTo !== source && !leadsTo.startsWith(source + path.sep)) return;
  fs.rmSync(to, { force: true });
  fs.symlinkSync(fs.readlinkSync(from), to);
}
