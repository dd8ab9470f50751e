import { parse } from 'yaml';
import { jsonOf, type Checkout } from './checkout';

/** A package that package.json asks for otherwise than the lock file has it. */
export interface Unlocked {
  readonly name: string;
  readonly range: string;
}

/**
 * The packages of package.json that a lock file has not, or has with another range: an installation from the lock file alone refuses them
 * (docs.npmjs.com, "npm ci"; pnpm.io, "--frozen-lockfile"; Yarn 1, "--frozen-lockfile"). Undefined where the lock file cannot be read here.
 */
export function unlockedPackages(checkout: Checkout, directory: string, lockFile: string): Unlocked[] | undefined {
  const wanted = wantedPackages(checkout, directory);
  const text = checkout.text(`${directory}/${lockFile}`);
  if (!wanted || text === undefined) return undefined;
  const has = lockedIn(lockFile, text);
  return has && [...wanted].filter(([name, range]) => !has(name, range)).map(([name, range]) => ({ name, range }));
}

/** The packages that a lock file takes from a git repository, by their addresses. */
export function gitPackages(checkout: Checkout, directory: string, lockFile: string): string[] {
  const text = checkout.text(`${directory}/${lockFile}`) ?? '';
  return [
    ...new Set(
      [...text.matchAll(/\b(?:git\+(?:ssh|https)|git|ssh):\/\/[^\s"'#)]+|git@[\w.-]+:[^\s"'#)]+/g)].map(
        (one) => one[0],
      ),
    ),
  ];
}

function wantedPackages(checkout: Checkout, directory: string): Map<string, string> | undefined {
  const manifest = jsonOf(checkout, `${directory}/package.json`);
  if (!manifest) return undefined;
  const of = (key: string): [string, string][] =>
    Object.entries((manifest[key] ?? {}) as Record<string, unknown>).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
  return new Map([...of('dependencies'), ...of('devDependencies'), ...of('optionalDependencies')]);
}

type Has = (name: string, range: string) => boolean;

function lockedIn(lockFile: string, text: string): Has | undefined {
  try {
    if (lockFile === 'pnpm-lock.yaml') return lockedByPnpm(text);
    if (lockFile === 'yarn.lock') return (name, range) => yarnHas(text, name, range);
    return lockedByNpm(text);
  } catch {
    return undefined;
  }
}

function lockedByNpm(text: string): Has | undefined {
  const root = (JSON.parse(text) as { packages?: Record<string, Record<string, Record<string, string>>> }).packages?.[
    ''
  ];
  // The first format has no ranges of the project's own.
  if (!root) return undefined;
  const all = { ...root.dependencies, ...root.devDependencies, ...root.optionalDependencies };
  return (name, range) => all[name] === range;
}

/** `importers` holds the projects of a workspace; an older format has the one project's packages at its top. */
function lockedByPnpm(text: string): Has {
  const lock = parse(text) as Record<string, unknown> & { importers?: Record<string, Record<string, unknown>> };
  const project = lock.importers?.['.'] ?? lock;
  const specifiers = (lock.specifiers ?? {}) as Record<string, string>;
  const all = Object.assign({}, project.dependencies, project.devDependencies, project.optionalDependencies) as Record<
    string,
    { specifier?: string } | string
  >;
  return (name, range) => {
    const one = all[name];
    return (typeof one === 'object' ? one.specifier : specifiers[name]) === range;
  };
}

/** Yarn's entries are headed by what was asked for: `a@^1.0.0, a@^1.1.0:`, of later Yarn `"a@npm:^1.0.0"`. */
function yarnHas(text: string, name: string, range: string): boolean {
  return [`${name}@${range}`, `${name}@npm:${range}`].some((one) =>
    ['"', ',', ':', '\n'].some((end) => text.includes(`${one}${end}`)),
  );
}
