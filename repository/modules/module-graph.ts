import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { filesBelow, jsonOf, type Checkout } from '../checkout';
import { importsOf, packageOf, type Import } from './imports';
import { LOCK_FILES, packageManagerOf } from '../package-manager';
import { typescriptPaths, viteAliases } from './path-aliases';

/** An import that leads nowhere. */
export interface LostImport extends Import {
  /** The file that has it, relative to the repository. */
  readonly file: string;
  /** The package that nobody asks for, or the path that is not there, relative to the repository. */
  readonly wanted: string;
  readonly what: 'package' | 'file';
  /** A file of that name in other letters: there on a Mac, not in a build. */
  readonly otherCase?: string;
  /** Whether the program itself reaches it from where it begins; undefined where that is not known. */
  readonly reached?: boolean;
}

const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte)$/;
const TYPES = /\.d\.[cm]?ts$/;
/** More files are not looked at: a component has fewer. */
const MOST_FILES = 6_000;
const ENDINGS = [
  ...['', '.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs', '.json', '.d.ts', '.vue', '.svelte'],
  ...['.ts', '.tsx', '.js', '.jsx', '.mjs', '.cjs', '.vue'].map((ending) => `/index${ending}`),
];
const BUILTIN = new Set(builtinModules);
/** What a build writes is not there before it. */
const GENERATED = /(^|\/)(dist|build|out|artifacts|typechain(-types)?|generated|__generated__|\.prisma|\.next)(\/|$)/;

/** The imports of a component that lead nowhere, as far as its files show them; in the order of its files. */
export function lostImports(checkout: Checkout, directory: string, entries: readonly string[]): readonly LostImport[] {
  const looked = LOOKED.get(checkout) ?? new Map<string, readonly LostImport[]>();
  LOOKED.set(checkout, looked);
  const key = JSON.stringify([directory, entries]);
  const found = looked.get(key) ?? lookedFor(checkout, directory, entries);
  looked.set(key, found);
  return found;
}

/** A checkout is looked at several times while `init` writes its configuration, and does not change meanwhile. */
const LOOKED = new WeakMap<Checkout, Map<string, readonly LostImport[]>>();

function lookedFor(checkout: Checkout, directory: string, entries: readonly string[]): LostImport[] {
  const inComponent = filesBelow(checkout, directory).slice(0, MOST_FILES);
  const files = inComponent.filter((file) => SOURCE.test(file) && !TYPES.test(file));
  const lookUp = resolver(checkout, directory);
  const leads = new Map<string, string[]>();
  const lost: LostImport[] = [];
  for (const relative of files) {
    const file = posix.join(directory, relative);
    const to: string[] = [];
    leads.set(file, to);
    for (const one of importsOf(checkout.text(file) ?? '')) {
      const found = lookUp(file, one);
      if (found === undefined) continue;
      // An import of types is gone once it is compiled: it leads the program nowhere.
      if (typeof found === 'string') to.push(...(one.kind === 'type' ? [] : [found]));
      else lost.push({ ...one, file, ...found });
    }
  }
  const reached = reachedFrom(
    entries.map((entry) => posix.join(directory, entry)).filter((entry) => leads.has(entry)),
    leads,
  );
  return lost.map((one) => (reached ? { ...one, reached: one.kind !== 'type' && reached.has(one.file) } : one));
}

function reachedFrom(
  entries: readonly string[],
  leads: ReadonlyMap<string, readonly string[]>,
): Set<string> | undefined {
  if (entries.length === 0) return undefined;
  const reached = new Set<string>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...(leads.get(file) ?? []));
  }
  return reached;
}

type Lost = Pick<LostImport, 'wanted' | 'what' | 'otherCase'>;

/** Says of an import which file it leads to, or that it leads nowhere; undefined where a package answers it, or nobody here can know. */
function resolver(checkout: Checkout, directory: string): (file: string, one: Import) => string | Lost | undefined {
  const { aliases: own, base } = typescriptPaths(checkout, directory);
  const aliases = [...own, ...viteAliases(checkout, directory)];
  const installed = installedPackages(checkout, directory);
  let folded: Map<string, string> | undefined;
  const otherCase = (path: string): string | undefined => {
    folded ??= new Map(checkout.files.map((name) => [name.toLowerCase(), name]));
    return ENDINGS.map((ending) => folded?.get(`${path}${ending}`.toLowerCase())).find(Boolean);
  };
  const at = (path: string): string | undefined => {
    const typed = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
    return [path, ...(typed === path ? [] : [typed, path.replace(/\.jsx?$/, '.tsx')])]
      .flatMap((name) => ENDINGS.map((ending) => `${name}${ending}`))
      .find((name) => checkout.text(name) !== undefined || (SOURCE.test(name) && checkout.has(name)));
  };
  const here = (path: string): string | Lost | undefined => {
    const found = at(path);
    if (found !== undefined) return found;
    // JSON is named by a check of its own; other endings (pictures, styles) are looked for as they stand.
    if (path.endsWith('.json') || GENERATED.test(path) || path.startsWith('..') || checkout.text(path) !== undefined)
      return undefined;
    if (/\.(?!ts|js|mjs|cjs|vue|svelte)[a-z0-9]{2,5}$/i.test(path) && checkout.has(path)) return undefined;
    const near = otherCase(path);
    return { wanted: path, what: 'file', ...(near ? { otherCase: near } : {}) };
  };
  return (file, { specifier: given, kind }) => {
    const specifier = given.replace(/[?#].*$/, '') || given;
    if (specifier.startsWith('.')) return here(posix.join(posix.dirname(file), specifier));
    if (/^(?:node|bun|npm|jsr|virtual|astro|https?|data):|^[~#$/]/.test(specifier)) return undefined;
    const alias = aliases.find(({ prefix, exact }) => (exact ? specifier === prefix : specifier.startsWith(prefix)));
    if (alias)
      return alias.exact ? at(alias.target) : here(posix.join(alias.target, specifier.slice(alias.prefix.length)));
    const name = packageOf(specifier);
    if (name === undefined || BUILTIN.has(name)) return undefined;
    const below = base === undefined ? undefined : at(posix.join(base, specifier));
    if (below !== undefined) return below;
    if (installed === undefined || installed(name, kind)) return undefined;
    return { wanted: name, what: 'package' };
  };
}

/** Whether a package is there once a component is installed; undefined where nobody can know. */
function installedPackages(
  checkout: Checkout,
  directory: string,
): ((name: string, kind: Import['kind']) => boolean) | undefined {
  const names = new Set<string>();
  const manifest = jsonOf(checkout, posix.join(directory, 'package.json'));
  if (!manifest) return undefined;
  const take = (one: Record<string, unknown> | undefined): void => {
    if (typeof one?.name === 'string') names.add(one.name);
    for (const key of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'])
      for (const name of Object.keys((one?.[key] ?? {}) as object)) names.add(name);
  };
  take(manifest);
  // Node looks for a package in the folders above too; a workspace's projects know one another by name.
  for (let folder = directory; folder !== '.'; folder = posix.dirname(folder))
    take(jsonOf(checkout, posix.join(posix.dirname(folder), 'package.json')));
  if (jsonOf(checkout, 'package.json')?.workspaces !== undefined || checkout.has('pnpm-workspace.yaml'))
    for (const file of checkout.files.filter((one) => one.endsWith('/package.json')))
      names.add(String(jsonOf(checkout, file)?.name ?? ''));
  const { name: manager } = packageManagerOf(checkout, directory);
  const locks = ['.', directory].flatMap((folder) =>
    Object.keys(LOCK_FILES).map((file) => checkout.text(posix.join(folder, file)) ?? ''),
  );
  // npm and Yarn put what a package depends on next to it: importing that works, though nobody asked for it. pnpm keeps it out of sight.
  const known = new Map<string, boolean>();
  const hoisted = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = isLocked(name);
    known.set(name, found);
    return found;
  };
  const isLocked = (name: string): boolean =>
    manager !== 'pnpm' &&
    locks.some(
      (text) => text.includes(`"node_modules/${name}"`) || text.includes(`\n${name}@`) || text.includes(`"${name}@`),
    );
  const typesOf = (name: string): string => `@types/${name.replace(/^@/, '').replace('/', '__')}`;
  return (name, kind) => names.has(name) || hoisted(name) || (kind === 'type' && names.has(typesOf(name)));
}
