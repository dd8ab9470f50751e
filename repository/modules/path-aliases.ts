import { posix } from 'node:path';
import type { Checkout } from '../checkout';
import { looseJson } from './loose-json';

/** A name that stands for a folder or file of the project in its imports. */
export interface PathAlias {
  /** What the import begins with: `@common/` of `@common/*`; the whole of it where {@link exact}. */
  readonly prefix: string;
  readonly exact: boolean;
  /** Where it leads, relative to the repository; a folder where it is not exact. */
  readonly target: string;
  readonly file: string;
}

/** How TypeScript finds a module that is no package and no relative path. */
export interface TypeScriptPaths {
  readonly aliases: readonly PathAlias[];
  /** `baseUrl`, relative to the repository: an import of `src/x` is looked for below it. */
  readonly base?: string;
}

/** A configuration may extend another, and that one a third. */
const DEEPEST = 8;

/** The paths of a project’s tsconfig.json, with those that it extends or refers to by a relative path (typescriptlang.org, "paths", "baseUrl"). */
export function typescriptPaths(checkout: Checkout, directory: string): TypeScriptPaths {
  const aliases: PathAlias[] = [];
  let base: string | undefined;
  const seen = new Set<string>();
  const read = (file: string, depth: number): void => {
    if (depth > DEEPEST || seen.has(file)) return;
    seen.add(file);
    const { compilerOptions, ...more } = looseJson(checkout.text(file) ?? '') as {
      compilerOptions?: { baseUrl?: unknown; paths?: unknown };
      extends?: unknown;
      references?: unknown;
    };
    const folder = posix.dirname(file);
    const { baseUrl, paths } = compilerOptions ?? {};
    const from = typeof baseUrl === 'string' ? posix.join(folder, baseUrl) : folder;
    if (typeof baseUrl === 'string') base ??= from;
    for (const [name, targets] of Object.entries((paths ?? {}) as Record<string, unknown>)) {
      const target = Array.isArray(targets) ? (targets[0] as unknown) : undefined;
      if (typeof target !== 'string' || name === '*') continue;
      aliases.push({
        prefix: name.replace(/\*.*$/, ''),
        exact: !name.includes('*'),
        target: posix.normalize(posix.join(from, target.replace(/\*.*$/, ''))).replace(/\/$/, ''),
        file,
      });
    }
    for (const one of [more.extends].flat())
      if (typeof one === 'string' && one.startsWith('.'))
        read(posix.join(folder, one.endsWith('.json') ? one : `${one}.json`), depth + 1);
    for (const one of Array.isArray(more.references) ? (more.references as unknown[]) : []) {
      const path = (one as { path?: unknown } | null)?.path;
      if (typeof path === 'string')
        read(posix.join(folder, path.endsWith('.json') ? path : `${path}/tsconfig.json`), depth + 1);
    }
  };
  for (const name of ['tsconfig.json', 'jsconfig.json']) read(posix.join(directory, name), 0);
  return { aliases, ...(base === undefined ? {} : { base }) };
}

/** The aliases of a Vite configuration, as most are written (vite.dev, "resolve.alias"): a path that is put together otherwise is not seen. */
export function viteAliases(checkout: Checkout, directory: string): PathAlias[] {
  const file = ['ts', 'js', 'mts', 'mjs'].map((ending) => posix.join(directory, `vite.config.${ending}`));
  const one = file.find((name) => checkout.text(name) !== undefined);
  if (one === undefined) return [];
  const path = String.raw`(?:(?:path\.)?(?:resolve|join)\([^'"()]*|fileURLToPath\(\s*new URL\(\s*)?['"]([./][\w./-]*|src[\w./-]*)['"]`;
  const found = new RegExp(
    String.raw`(?:find\s*:\s*['"]([@~#\w/-]+)['"]\s*,\s*replacement|['"]?([@~#\w/-]+)['"]?)\s*:\s*${path}`,
    'g',
  );
  return [...(checkout.text(one) ?? '').matchAll(found)].map((match) => ({
    prefix: `${(match[1] ?? match[2] ?? '').replace(/\/$/, '')}/`,
    exact: false,
    target: posix.normalize(posix.join(directory, `./${match[3] ?? ''}`)).replace(/\/$/, ''),
    file: one,
  }));
}
