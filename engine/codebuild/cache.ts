import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Buildspec } from './buildspec';
import { matchingFiles } from './artifacts';
import type { BuildShell } from './shell';

type CacheSpec = NonNullable<Buildspec['cache']>;

/**
 * Puts a cache back into the source (CodeBuild User Guide, "Cache" of the build specification reference): the exact key first, then the
 * newest of each fallback prefix. A project without keys has one cache.
 * @returns the name of the cache that was restored
 */
export async function restoreCache(
  cache: CacheSpec,
  directory: string,
  source: string,
  shell: BuildShell,
): Promise<string | undefined> {
  const key = await expand(cache.key, shell);
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  const exact = fileName(key);
  const newest = (prefix: string): string | undefined =>
    names
      .filter((name) => readName(directory, name).startsWith(prefix))
      .sort((a, b) => fs.statSync(path.join(directory, b)).mtimeMs - fs.statSync(path.join(directory, a)).mtimeMs)[0];
  const fallbacks = key ? await Promise.all(cache.fallbackKeys.slice(0, 5).map((one) => expand(one, shell))) : [];
  const found = names.includes(exact)
    ? exact
    : fallbacks.map((prefix) => newest(prefix ?? '')).find((name) => name !== undefined);
  if (!found) return undefined;
  fs.cpSync(path.join(directory, found, 'content'), source, { recursive: true, verbatimSymlinks: true, force: true });
  return readName(directory, found) || 'of the project';
}

/** Saves what the paths match. A keyed cache is immutable: one that is there stays. */
export async function saveCache(cache: CacheSpec, directory: string, source: string, shell: BuildShell): Promise<void> {
  const key = await expand(cache.key, shell);
  const target = path.join(directory, fileName(key));
  if (key && fs.existsSync(target)) return;
  const files = matchingFiles(
    source,
    cache.paths.filter((one) => !path.isAbsolute(one)),
  );
  if (files.length === 0) return;
  const fresh = `${target}.new`;
  fs.rmSync(fresh, { recursive: true, force: true });
  for (const file of files) {
    const to = path.join(fresh, 'content', path.relative(source, file));
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.cpSync(file, to, { verbatimSymlinks: true, mode: fs.constants.COPYFILE_FICLONE });
  }
  fs.writeFileSync(path.join(fresh, 'key'), key ?? '');
  fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(fresh, target);
}

function fileName(key: string | undefined): string {
  return key ? createHash('sha256').update(key).digest('hex').slice(0, 32) : 'project';
}

function readName(directory: string, name: string): string {
  const file = path.join(directory, name, 'key');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
}

/** Keys are expanded by the shell; `codebuild-hash-files` hashes the files of a glob. */
async function expand(key: string | undefined, shell: BuildShell): Promise<string | undefined> {
  if (key === undefined || !/[$`]/.test(key)) return key;
  const hashed = key.replace(/\$\(codebuild-hash-files ([^)]+)\)/g, (_all, pattern: string) => {
    const hash = createHash('sha256');
    for (const file of matchingFiles(shell.workingDirectory(), [pattern.trim()])) hash.update(fs.readFileSync(file));
    return hash.digest('hex').slice(0, 32);
  });
  const names = [...hashed.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name);
  const values = names.length > 0 ? await shell.read(names) : {};
  return hashed.replace(/\$\{?(\w+)\}?/g, (_all, name: string) => values[name] ?? '');
}
