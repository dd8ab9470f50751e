import { firstMatch, type Recognizer } from '../evidence/evidence';

/** `src/a.ts(4,3): error TS2322: …`, and the form with colours: `src/a.ts:4:3 - error TS2322: …`. */
const ERROR = /^(\S[^(:]*)[(:](\d+)[,:](\d+)\)?(?::| -) error (TS\d+): (.*)$/;
const MODULE = /^Cannot find module '([^']+)'/;

/** The TypeScript compiler's errors. One that is only a missing package is left to npm's recognizer. */
export const typescript: Recognizer = {
  name: 'typescript',
  recognize: ({ output }) => {
    const found = firstMatch(output, ERROR);
    if (!found) return undefined;
    const [, file, line, column, code, message = ''] = found.groups;
    const [, module] = MODULE.exec(message) ?? [];
    const length = output.filter((text) => ERROR.test(text)).length;
    if (module && !/^[./]/.test(module)) {
      return {
        summary: `the package ${module} is imported in ${file}:${line} and not installed`,
        line: found.line,
        length: 1,
        known: 'missing-package',
      };
    }
    const more = length > 1 ? ` (and ${length - 1} more)` : '';
    return {
      summary: `TypeScript error ${code} in ${file}:${line}:${column}: ${message}${more}`,
      line: found.line,
      length: Math.min(length, 5),
      known: 'type-error',
    };
  },
};
