import { posix } from 'node:path';
import { filesBelow, jsonOf, lineOf, type Checkout } from '../checkout';
import { lostImports, type LostImport } from '../modules/module-graph';
import type { CheckFinding } from './finding';

/** What a component's builds say of its imports. */
export interface ImportedBy {
  readonly name: 'api' | 'web' | 'contracts';
  /** Its key below `components`. */
  readonly key: string;
  readonly directory: string;
  /** Its own build commands, where saiondo.yaml has some. */
  readonly build?: readonly string[] | undefined;
  /** Its own installation, which may bring what package.json has not. */
  readonly install?: readonly string[] | undefined;
}

const TESTS = /(^|\/)(test|tests|__tests__|__mocks__|e2e|cypress|stories)\/|[.-](spec|test|stories|e2e)\.[cm]?[jt]sx?$/;
const LISTED = 3;
/** Where an api begins, as most do. */
const API_ENTRIES = ['src/main', 'src/index', 'src/server', 'src/app', 'main', 'index', 'server', 'app'].flatMap(
  (name) => ['ts', 'js', 'mts', 'mjs'].map((ending) => `${name}.${ending}`),
);

/**
 * Imports of packages that package.json has not and of files that the repository has not: the build, the tests or the container end there. What the
 * program reaches stops it; of the rest a type checker stops that reads it, and of the tests those that import it.
 */
export function checkImports(checkout: Checkout, by: ImportedBy): CheckFinding[] {
  const { name, directory } = by;
  const lost = lostImports(checkout, directory, entriesOf(checkout, by)).filter(({ kind }) => kind !== 'dynamic');
  const checker = typeChecker(checkout, by);
  return (['package', 'file'] as const).flatMap((what) => {
    const all = lost.filter((one) => one.what === what);
    const program = all.filter(({ file, reached }) => reached ?? !TESTS.test(file));
    const tests = all.filter(({ file }) => TESTS.test(file));
    const read = checker ? all.filter(({ file }) => checker.withTests || !TESTS.test(file)) : [];
    const stopping = program.length > 0 ? program : read;
    const rest = stopping.length > 0 ? stopping : all;
    const [first] = rest;
    if (!first) return [];
    const onlyChecker = program.length === 0 && read.length > 0;
    const missing = [...new Set(all.map(({ wanted }) => wanted))];
    return [
      {
        what: what === 'package' ? `${name}.imports` : `${name}.files`,
        level: stopping.length > 0 && !(what === 'package' && by.install) ? ('stops' as const) : ('warning' as const),
        where: { file: first.file, line: first.line },
        found: [
          `it imports ${namesOf(first, rest)}, which ${what === 'package' ? 'package.json' : 'the repository'} has not`,
          ...(first.otherCase ? [`there is ${first.otherCase}, in other letters`] : []),
          ...(missing.length > 1
            ? [`${missing.length} such ${what}s in ${new Set(all.map(({ file }) => file)).size} files`]
            : []),
          ...(onlyChecker ? [`only the type checker of \`${checker?.command ?? ''}\` reads these`] : []),
          ...(tests.length === all.length && !onlyChecker ? ['only tests import these'] : []),
        ].join('; '),
        needed: what === 'package' ? 'every package that the code imports' : 'every file that the code imports',
        fix: fixOf(by, first, onlyChecker, missing),
        ...(onlyChecker && checker?.without ? { set: { [`components.${by.key}.build`]: checker.without } } : {}),
      },
    ];
  });
}

function fixOf(
  { key, directory }: ImportedBy,
  first: LostImport,
  onlyChecker: boolean,
  missing: readonly string[],
): string {
  const own =
    first.what === 'package'
      ? `add ${missing.slice(0, LISTED).join(' ')} to ${directory}/package.json; or bring it: components.${key}.install`
      : first.otherCase
        ? 'write the import as the file is called'
        : 'commit the file, or take the import out';
  return onlyChecker ? `${own}; or build without the type checker: components.${key}.build: npx vite build` : own;
}

/** The first of what is missing, and with it the others. */
function namesOf(first: LostImport, all: readonly LostImport[]): string {
  const names = [first.wanted, ...new Set(all.map(({ wanted }) => wanted))].filter(
    (one, at, list) => list.indexOf(one) === at,
  );
  return `${names.slice(0, LISTED).join(', ')}${names.length > LISTED ? ', …' : ''}`;
}

/** The files that a program begins with. */
function entriesOf(checkout: Checkout, { name, directory }: ImportedBy): string[] {
  const files = filesBelow(checkout, directory);
  if (name === 'api') return API_ENTRIES.filter((file) => files.includes(file)).slice(0, 1);
  if (name === 'contracts') return [];
  const page = checkout.text(posix.join(directory, 'index.html')) ?? '';
  const scripts = [...page.matchAll(/<script\b[^>]*\bsrc=["']\/?([\w./-]+)["']/g)].map((match) => match[1] ?? '');
  // A page of Next.js is an entry of its own; so is the configuration of what builds the site.
  const pages = files.filter((file) => /^(src\/)?(app|pages)\/.*\.[jt]sx?$/.test(file) && scripts.length === 0);
  const started = [...scripts, ...pages].filter((file) => files.includes(file));
  return started.length === 0
    ? []
    : [...started, ...files.filter((file) => /^(vite|next|postcss|tailwind)\.config\.[cm]?[jt]s$/.test(file))];
}

/** The type checker that a component's build runs over every file; undefined where it runs none. */
function typeChecker(
  checkout: Checkout,
  { name, directory, build }: ImportedBy,
): { readonly command: string; readonly withTests: boolean; readonly without?: string } | undefined {
  const scripts = (jsonOf(checkout, posix.join(directory, 'package.json'))?.scripts ?? {}) as Record<string, unknown>;
  const command = build?.join(' && ') ?? (typeof scripts.build === 'string' ? scripts.build : '');
  if (name === 'web')
    return /\b(vue-)?tsc\b/.test(command)
      ? { command, withTests: true, ...(/\bvite build\b/.test(command) && !build ? { without: 'npx vite build' } : {}) }
      : undefined;
  if (!/\b(nest build|tsc)\b/.test(command)) return undefined;
  // What Nest writes into a new project leaves the tests out of the build.
  const own = ['tsconfig.build.json', 'tsconfig.json']
    .map((file) => posix.join(directory, file))
    .find((file) => checkout.has(file));
  const text = own === undefined ? '' : (checkout.text(own) ?? '');
  return {
    command,
    withTests: lineOf(text, /"exclude"[^\]]*(test|spec)/) === undefined && /"include"[^\]]*test/.test(text),
  };
}
