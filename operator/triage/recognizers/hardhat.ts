import { firstMatch, type Recognizer } from '../evidence/evidence';

const SOLIDITY = /^(\w*Error): (.+)$/;
/** An error of the compiler that has no place, and maybe no text: `UnimplementedFeatureError:`. */
const WITHOUT_PLACE = /^([A-Z]\w+Error):\s*(.*)$/;
const AT = /^\s*--> (\S+?):(\d+):(\d+)/;
const COMPILATION = /^Error HH600: |^Error BDLR600: |Compilation failed/;
const ON_CHAIN = /^the code at (0x[0-9a-fA-F]{40}) on (\S+) differs from the compiled (\S+)/;
const FAILING = /^\s*(\d+) failing/;
const HARDHAT = /^(?:Error|HardhatError): ?(HH\d+): (.+)$/;

/** Hardhat: what the Solidity compiler refuses, a failed test, code on chain that differs, Hardhat's own errors. */
export const hardhat: Recognizer = {
  name: 'hardhat',
  recognize: ({ output, build, tests }) => {
    const differs = firstMatch(output, ON_CHAIN);
    if (differs)
      return {
        summary: `the code on chain at ${differs.groups[1]} differs from the compiled ${differs.groups[3]}`,
        line: differs.line,
        length: 1,
        known: 'on-chain-code-differs',
      };
    const at = firstMatch(output, AT);
    if (at && firstMatch(output, COMPILATION)) {
      const error = [...output.keys()]
        .slice(0, at.line + 1)
        .reverse()
        .find((line) => SOLIDITY.test(output[line] ?? ''));
      const [, kind, message] = SOLIDITY.exec(output[error ?? -1] ?? '') ?? [];
      return {
        summary: `${at.groups[1]}:${at.groups[2]}:${at.groups[3]} does not compile: ${kind ?? 'error'}: ${message ?? ''}`,
        line: error ?? at.line,
        length: 1,
        known: 'contract-does-not-compile',
      };
    }
    const placeless = firstMatch(output, WITHOUT_PLACE);
    const refused = firstMatch(output, COMPILATION);
    if (placeless && refused && placeless.line < refused.line)
      return {
        summary: `the contracts do not compile: ${placeless.groups[1]}${placeless.groups[2] ? `: ${placeless.groups[2]}` : ', without a text'}`,
        line: placeless.line,
        length: 1,
        known: 'contract-does-not-compile',
      };
    if (/hardhat test/.test(build?.command ?? '')) {
      const failing = firstMatch(output, FAILING);
      const [test] = tests;
      if (test || failing)
        return {
          summary: test
            ? `the contract test “${test.name}” failed${test.message ? `: ${test.message.split('\n')[0]}` : ''}`
            : `${failing?.groups[1] ?? ''} contract tests failed`,
          ...(failing ? { line: failing.line, length: 1 } : {}),
          known: 'test-failed',
        };
    }
    const own = firstMatch(output, HARDHAT);
    return own && { summary: `Hardhat: ${own.groups[1]}: ${own.groups[2]}`, line: own.line, length: 1 };
  },
};
