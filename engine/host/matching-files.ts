import picomatch from 'picomatch';
import * as fs from 'node:fs';
import * as path from 'node:path';

/** The files below a folder that match patterns, sorted; nothing below a folder that is not there. */
export function matchingFiles(base: string, patterns: readonly string[]): string[] {
  const matches = matcher(patterns);
  return fs.existsSync(base)
    ? [...walk(base, base)].filter((file) => matches(file)).map((file) => path.join(base, file))
    : [];
}

/** The folders that a `base-directory` names: one, or those that a pattern matches. */
export function matchingDirectories(source: string, pattern: string): string[] {
  const plain = path.resolve(source, pattern);
  if (!/[*?[\]{}]/.test(pattern)) return fs.existsSync(plain) && fs.statSync(plain).isDirectory() ? [plain] : [];
  const matches = matcher([pattern]);
  return [...directories(source, source)]
    .filter((directory) => matches(directory))
    .map((directory) => path.join(source, directory));
}

/** Whether a relative path matches one of the patterns: `*` stays inside a path segment, `**` crosses. */
export function matcher(patterns: readonly string[]): (file: string) => boolean {
  if (patterns.length === 0) return () => false;
  const normal = patterns.map((pattern) => pattern.replace(/^\.\//, '').replace(/\/$/, '/**'));
  return picomatch(normal, { dot: true });
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
export function* walk(root: string, at: string): Generator<string> {
  for (const entry of fs.readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(at, entry.name);
    if (entry.isDirectory()) yield* walk(root, full);
    else if (entry.isFile() || entry.isSymbolicLink()) yield path.relative(root, full);
  }
}
