import { firstMatch, type Evidence, type Finding, type Recognizer } from '../evidence/evidence';

/** A name that is no package’s: an alias such as `@/user` or `src/user`, or one of a scope with a path below it, which may be either. */
const ALIAS = String.raw`(?:@\/|~\/|src\/)[^']+|@[\w-]+\/[^'/]+\/[^']+`;
/** tsc: `a.ts(1,38): error TS2307: Cannot find module '…'`, and the form with colours: `a.ts:1:38 - error TS2307: …`. */
const TYPESCRIPT = new RegExp(
  String.raw`(\S+?\.[cm]?tsx?)(?:\((\d+),\d+\)|:(\d+):\d+).{0,12}error TS2307: Cannot find module '(${ALIAS}|\.[^']*)'`,
);
/** Jest's resolver (jest-resolve, `_throwModNotFoundError`). */
const JEST = new RegExp(String.raw`Cannot find module '(${ALIAS})' from '([^']+)'`);
/** Node's loader, of a path. */
const NODE = /Cannot find module '((?:\/[\w@.-]+)+\.[cm]?js)'/;
/** Rollup and Vite, of what `manualChunks` names. */
const ENTRY = /Could not resolve entry module ["']([^"']+)["']|Failed to resolve entry for package ["']([^"']+)["']/;
/** Vite's own words for an import that leads nowhere. */
const VITE =
  /Could not resolve ["']([^"']+)["'] from ["']([^"']+)["']|Rollup failed to resolve import ["']([^"']+)["'] from ["']([^"']+)["']/;

/** What a build does not find: a file of the repository, an alias that a tool is not told of, a chunk that is no module. `saiondo check` names these. */
export const lostModules: Recognizer = {
  name: 'lost-modules',
  recognize: (evidence) =>
    fromJest(evidence) ?? fromTypescript(evidence) ?? fromBundler(evidence) ?? fromNode(evidence),
};

function fromJest({ output }: Evidence): Finding | undefined {
  const found = firstMatch(output, JEST);
  if (!found) return undefined;
  const [, name = '', file = ''] = found.groups;
  return {
    summary: `Jest does not find ${name}, which ${file} imports: a path of tsconfig.json has to stand in moduleNameMapper too`,
    line: found.line,
    length: 1,
    known: 'test-paths',
  };
}

function fromTypescript({ output }: Evidence): Finding | undefined {
  const found = firstMatch(output, TYPESCRIPT);
  if (!found) return undefined;
  const [, file = '', one, other, name = ''] = found.groups;
  const more = output.filter((line) => /error TS\d+:/.test(line)).length - 1;
  return {
    summary: `${file}:${one || other} imports ${name}, which the repository has not${more > 0 ? ` (and ${more} more errors of the type checker)` : ''}`,
    line: found.line,
    length: 1,
    known: 'missing-file',
  };
}

function fromBundler({ output }: Evidence): Finding | undefined {
  const entry = firstMatch(output, ENTRY);
  if (entry) {
    const name = entry.groups[1] || entry.groups[2] || '';
    return {
      summary: `the bundler’s configuration names ${name}, which is not installed or has no entry (manualChunks)`,
      line: entry.line,
      length: 1,
      known: 'bundler-entry',
    };
  }
  const lost = firstMatch(output, VITE);
  if (!lost) return undefined;
  const [, a, aFrom, b, bFrom] = lost.groups;
  const name = a || b || '';
  return {
    summary: `${aFrom || bFrom} imports ${name}, which is not there`,
    line: lost.line,
    length: 1,
    known: /^[.@~]?\//.test(name) || name.startsWith('.') ? 'missing-file' : 'missing-package',
  };
}

/** A file that a build runs; what a container starts is another cause. */
function fromNode(evidence: Evidence): Finding | undefined {
  if (evidence.build === undefined || /the task of \S+ did not get healthy/.test(evidence.message)) return undefined;
  const found = firstMatch(evidence.output, NODE);
  if (!found) return undefined;
  const file = (found.groups[1] ?? '').replace(/^.*\/src\d*\/src\//, '');
  return {
    summary: `${file} is run and is not in the repository`,
    line: found.line,
    length: 1,
    known: 'missing-file',
  };
}
