import { posix } from 'node:path';
import { filesBelow, jsonOf, lineOf, type Checkout } from '../checkout';
import { importsOf, packageOf } from '../modules/imports';
import { typescriptPaths } from '../modules/path-aliases';
import { projectTests } from '../test-runner';
import type { CheckFinding } from './finding';

/** A name of imports that Jest has to be told of, and the folder or file that it leads to. */
interface Wanted {
  readonly prefix: string;
  readonly exact: boolean;
  readonly target: string;
  readonly file: string;
}

/**
 * Paths of tsconfig.json that the code imports by and that Jest is told nothing of: TypeScript finds them, Jest ends with "Cannot find module"
 * (jestjs.io, "moduleNameMapper"; docs.nestjs.com gives none).
 * @param test the commands of saiondo.yaml; undefined where it has none
 * @param otherwise what finds the tests, where Jest by itself does not
 */
export function checkTestPaths(
  checkout: Checkout,
  directory: string,
  test: readonly string[] | undefined,
  otherwise: string | undefined,
): CheckFinding[] {
  const { runner, none, where } = projectTests(checkout, directory);
  if (runner !== 'jest' || none !== undefined) return [];
  const [command = otherwise, ...more] = test ?? [];
  // A command with a configuration of its own tells Jest what it has to know; of several commands nobody knows which calls it.
  if (more.length > 0 || /--moduleNameMapper|--modulePaths|--config|\s-c\s/.test(command ?? '')) return [];
  if (command !== undefined && !/\bjest\b/.test(command)) return [];
  const told = toldOf(checkout, directory);
  if (told === undefined) return [];
  const wanted = usedPaths(checkout, directory).filter(({ prefix }) => !told(prefix));
  const [first] = wanted;
  if (!first) return [];
  const mapper = Object.fromEntries(
    wanted.map(({ prefix, exact, target }) => [
      `^${prefix.replace(/[.*+?^${}()|[\]\\/]/g, (one) => (one === '/' ? one : `\\${one}`))}${exact ? '$' : '(.*)$'}`,
      `<rootDir>/${posix.relative(directory, target)}${exact ? '' : '/$1'}`,
    ]),
  );
  // <rootDir> is the component's folder then, whatever the project's own configuration says.
  const jest = command ?? `npx jest --rootDir=.`;
  const whole = `${/--rootDir/.test(jest) ? jest : `${jest} --rootDir=.`} --moduleNameMapper='${JSON.stringify(mapper)}'`;
  const line = lineOf(checkout.text(first.file) ?? '', `"${first.prefix}`);
  return [
    {
      what: 'api.testPaths',
      level: 'stops',
      where: { file: first.file, ...(line ? { line } : {}) },
      found: `the code imports ${wanted.map(({ prefix, exact }) => (exact ? prefix : `${prefix}*`)).join(', ')}, and Jest is not told where that is (${where.file})`,
      needed: 'moduleNameMapper: Jest reads no paths of tsconfig.json',
      fix: `components.api.test: ${whole}`,
      set: { 'components.api.test': whole },
    },
  ];
}

/** Whether Jest's configuration knows a prefix; undefined where a program makes the configuration and it cannot be read. */
function toldOf(checkout: Checkout, directory: string): ((prefix: string) => boolean) | undefined {
  const own = filesBelow(checkout, directory).find((file) => /^jest\.config\.[cm]?[jt]s(on)?$/.test(file));
  const manifest = jsonOf(checkout, posix.join(directory, 'package.json'));
  const text =
    own === undefined ? JSON.stringify(manifest?.jest ?? {}) : (checkout.text(posix.join(directory, own)) ?? '');
  if (/pathsToModuleNameMapper|nextJest|preset['"]?\s*:\s*['"](?!ts-jest)/.test(text)) return undefined;
  if (/modulePaths|moduleDirectories|['"]?resolver['"]?\s*:/.test(text)) return undefined;
  if (!/moduleNameMapper/.test(text)) return () => false;
  const mapper = text.slice(text.indexOf('moduleNameMapper')).replace(/\\+/g, '');
  return (prefix) =>
    mapper.includes(`^${prefix}`) || mapper.includes(`^${prefix.replace(/\/$/, '')}`) || mapper.includes(`"${prefix}`);
}

/** The paths that files of the project import by: aliases, and folders of `baseUrl` such as `src/`. */
function usedPaths(checkout: Checkout, directory: string): Wanted[] {
  const { aliases, base } = typescriptPaths(checkout, directory);
  if (aliases.length === 0 && base === undefined) return [];
  const packages = jsonOf(checkout, posix.join(directory, 'package.json'));
  const installed = { ...(packages?.dependencies as object), ...(packages?.devDependencies as object) };
  const used = new Map<string, Wanted>();
  for (const relative of filesBelow(checkout, directory).filter((file) => /\.[cm]?[jt]sx?$/.test(file))) {
    for (const { specifier, kind } of importsOf(checkout.text(posix.join(directory, relative)) ?? '')) {
      if (kind === 'type' || specifier.startsWith('.')) continue;
      const alias = aliases.find(({ prefix, exact }) => (exact ? specifier === prefix : specifier.startsWith(prefix)));
      if (alias) used.set(alias.prefix, alias);
      else if (base !== undefined) {
        const top = specifier.split('/')[0] ?? '';
        const target = posix.join(base, top);
        if (!specifier.includes('/') || (packageOf(specifier) ?? top) in installed || top in installed) continue;
        if (!checkout.files.some((file) => file.startsWith(`${target}/`))) continue;
        used.set(`${top}/`, { prefix: `${top}/`, exact: false, target, file: posix.join(directory, 'tsconfig.json') });
      }
    }
  }
  return [...used.values()].sort((a, b) => a.prefix.localeCompare(b.prefix));
}
