import { firstMatch, type Recognizer } from '../evidence/evidence';

const CODE = /^npm (?:error|ERR!) code (\w+)/;
const DETAIL_TO_SKIP = /^npm (?:error|ERR!) (?:code|errno|path|cwd|command|syscall|type)\b|^npm (?:error|ERR!)\s*$/;
const MISSING = /^npm (?:error|ERR!) (?:Missing|Invalid): (.+)$/;
const NOT_FOUND = /^npm (?:error|ERR!) 404\s+'?(@?[^'@\s]+@[^'\s]*)'? is not in this registry/;
const TARGET = /^npm (?:error|ERR!) notarget No matching version found for (.+?)\.?$/;
const YARN_LOCK = /Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`/;
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
    // A number is the exit status of a script: what it printed says more.
    const detail = code && output.slice(code.line + 1, code.line + 6).find((line) => !DETAIL_TO_SKIP.test(line));
    if (code && !/^(?:ELIFECYCLE|\d+)$/.test(code.groups[1] ?? ''))
      return {
        summary: `npm failed with ${code.groups[1]}: ${(detail ?? '').replace(/^npm \S+ /, '')}`,
        line: code.line,
        length: 4,
      };
    return undefined;
  },
};
