import { firstMatch, type Recognizer } from '../evidence/evidence';

const CODE = /^npm (?:error|ERR!) code (\w+)/;
const DETAIL_TO_SKIP = /^npm (?:error|ERR!) (?:code|errno|path|cwd|command|syscall|type)\b|^npm (?:error|ERR!)\s*$/;
const MISSING = /^npm (?:error|ERR!) (?:Missing|Invalid): (.+)$/;
const NOT_FOUND = /^npm (?:error|ERR!) 404\s+'?(@?[^'@\s]+@[^'\s]*)'? is not in this registry/;
const TARGET = /^npm (?:error|ERR!) notarget No matching version found for (.+?)\.?$/;
const YARN_LOCK = /Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`/;
/** pnpm's own errors, by their codes. */
const PNPM = /^\W*(?:ERR_PNPM_(\w+))\W\s*(\S.*)$/;
const REQUIRED = /Cannot find (?:module|package) '([^'./][^']*)'/;

/** npm's and yarn's own errors, and Node's about a package that is not installed. */
export const npm: Recognizer = {
  name: 'npm',
  recognize: ({ output }) => {
    const yarn = firstMatch(output, YARN_LOCK);
    if (yarn)
      return {
        summary: 'yarn.lock does not fit package.json',
        line: yarn.line,
        length: 1,
        known: 'lock-file-out-of-date',
      };
    const code = firstMatch(output, CODE);
    if (code?.groups[1] === 'EUSAGE') {
      const missing = firstMatch(output, MISSING, code.line);
      return {
        summary: `package-lock.json does not fit package.json${missing ? `: ${missing.groups[0]?.replace(/^npm \S+ /, '')}` : ''}`,
        line: missing?.line ?? code.line,
        length: 1,
        known: 'lock-file-out-of-date',
      };
    }
    const absent = firstMatch(output, NOT_FOUND) ?? firstMatch(output, TARGET);
    if (absent)
      return {
        summary: `the registry has no package ${absent.groups[1]}`,
        line: absent.line,
        length: 1,
        known: 'package-not-found',
      };
    const required = firstMatch(output, REQUIRED);
    if (required)
      return {
        summary: `the package ${required.groups[1]} is required and not installed`,
        line: required.line,
        length: 1,
        known: 'missing-package',
      };
    const pnpm = firstMatch(output, PNPM);
    if (pnpm) return { summary: `pnpm failed with ${pnpm.groups[1]}: ${pnpm.groups[2]}`, line: pnpm.line, length: 2 };
    // A number is the exit status of a script: what it printed says more.
    const detail = code && output.slice(code.line + 1, code.line + 6).find((line) => !DETAIL_TO_SKIP.test(line));
    if (code && !/^(?:ELIFECYCLE|\d+)$/.test(code.groups[1] ?? ''))
      return {
        summary: `npm failed with ${code.groups[1]}: ${reasonOf(output, code) ?? (detail ?? '').replace(/^npm \S+ /, '')}`,
        line: code.line,
        length: 4,
      };
    return undefined;
  },
};

const SYSCALL = /^npm (?:error|ERR!) syscall (\w+)/;
const PATH = /^npm (?:error|ERR!) path (\S+)/;
const PERMISSION = /^E(?:ACCES|PERM|ROFS)$/;
const RESOLVING = /^npm (?:error|ERR!) While resolving: (\S+)/;
/** A range may have spaces: `peer graphql@"^14.7.0 || ^15.3.0" from express-graphql@0.12.0`. */
const PEER = /^npm (?:error|ERR!)\s+(peer(?:Optional)? [^\s"]+(?:"[^"]*")? from \S+)/;
const UNRESOLVED = /^npm (?:error|ERR!) (?:Could not resolve dependency|Conflicting peer dependency):/;
const FOUND = /^npm (?:error|ERR!) Found: (\S+)/;

/** What npm says over several lines: which file it may not touch, and which package asks for another version than there is. */
function reasonOf(
  output: readonly string[],
  { line, groups }: { line: number; groups: readonly string[] },
): string | undefined {
  const after = (pattern: RegExp, from = line): string | undefined => firstMatch(output, pattern, from)?.groups[1];
  if (PERMISSION.test(groups[1] ?? '')) {
    const path = after(PATH);
    return path && `it may not ${after(SYSCALL) ?? 'use'} ${path}`;
  }
  if (groups[1] !== 'ERESOLVE') return undefined;
  const peer = after(PEER, firstMatch(output, UNRESOLVED, line)?.line ?? line);
  const found = after(FOUND);
  const resolving = after(RESOLVING);
  return peer && found && `${resolving ?? 'a package'} cannot be installed: it needs ${peer}, and ${found} is there`;
}
