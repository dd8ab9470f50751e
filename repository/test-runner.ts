import picomatch from 'picomatch';
import { RE2JS } from 're2js';
import { filesBelow, jsonOf, lineOf, type Checkout } from './checkout';

/** What runs a Node project’s tests. */
export type TestRunner = 'jest' | 'vitest' | 'hardhat' | 'other';

/** The tests of a Node project, as far as its files tell. */
export interface ProjectTests {
  readonly runner: TestRunner;
  /** Why there is nothing to run; undefined where there is. */
  readonly none?: string;
  /** Where that was found. */
  readonly where: { readonly file: string; readonly line?: number };
  /** Test files that the runner does not look at, relative to the project, where it looks at none at all. */
  readonly overlooked?: { readonly lookedIn: string; readonly files: readonly string[] };
}

/** npm writes this test script into every new package.json. */
const PLACEHOLDER = /no test specified/;
const TEST_FILE = /(^|\/)(__tests__\/.+\.[cm]?[jt]sx?|[^/]+[.-](spec|test)\.[cm]?[jt]sx?)$/;

/** Finds out what a Node project’s `npm test` runs. */
export function projectTests(checkout: Checkout, directory: string): ProjectTests {
  const file = `${directory}/package.json`;
  const manifest = jsonOf(checkout, file);
  const script = (manifest?.scripts as Record<string, unknown> | undefined)?.test;
  const line = lineOf(checkout.text(file) ?? '', /"test"\s*:/);
  const where = { file, ...(line ? { line } : {}) };
  if (typeof script !== 'string') return { runner: 'other', none: 'package.json has no test script', where };
  if (PLACEHOLDER.test(script)) return { runner: 'other', none: 'its test script is npm’s placeholder', where };
  if (/\bvitest\b/.test(script)) return { runner: 'vitest', where };
  if (/\bhardhat\b/.test(script)) return { runner: 'hardhat', where };
  if (!/\bjest\b/.test(script)) return { runner: 'other', where };
  const overlooked = jestOverlooks(checkout, directory, manifest?.jest, script);
  return { runner: 'jest', where, ...(overlooked ? { overlooked } : {}) };
}

/** Jest’s own rules of what is a test (jestjs.io, "rootDir", "testMatch", "testRegex"), for a configuration inside package.json. */
function jestOverlooks(
  checkout: Checkout,
  directory: string,
  configuration: unknown,
  script: string,
): ProjectTests['overlooked'] {
  const files = filesBelow(checkout, directory);
  // A configuration in JavaScript is not run to be read, and an option of the script overrides this one.
  if (/--(config|rootDir|testMatch|testRegex)|-c\b/.test(script)) return undefined;
  if (files.some((file) => /^jest\.config\.[cm]?[jt]s(on)?$/.test(file))) return undefined;
  const { rootDir = '.', testRegex, testMatch } = (configuration ?? {}) as Record<string, unknown>;
  if (typeof rootDir !== 'string') return undefined;
  const prefix = rootDir
    .replace(/^\.\/?/, '')
    .replace(/\/?$/, '/')
    .replace(/^\/$/, '');
  const below = files.filter((file) => file.startsWith(prefix));
  const found = below.some((file) => isTest(file.slice(prefix.length), testRegex, testMatch));
  const tests = files.filter((file) => TEST_FILE.test(file));
  return found ? undefined : { lookedIn: prefix || '.', files: tests };
}

function isTest(file: string, testRegex: unknown, testMatch: unknown): boolean {
  const texts = (value: unknown): string[] =>
    (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
  try {
    if (testRegex !== undefined) return texts(testRegex).some((one) => RE2JS.compile(one).matcher(`/${file}`).find());
    if (testMatch !== undefined)
      return texts(testMatch).some((one) => picomatch(one.replace('<rootDir>/', ''), { dot: true })(file));
  } catch {
    // A pattern that this side cannot read: Jest says what is wrong with it.
    return true;
  }
  return TEST_FILE.test(file);
}
