import { firstMatch, type Finding, type Recognizer } from '../evidence/evidence';
import { likeliestLine } from '../evidence/likely-line';

const FAILED_FILE = /^\s*FAIL\s+(\S+\.[cm]?[jt]sx?)\b/;
const FAILED_CASE = /^\s*● (.+ › .+|Test suite failed to run|.+)$/;
/** jest-validate's heading of what is wrong with the configuration. */
const CONFIGURATION = /^\s*● (?:Multiple configurations found|(?:Deprecation|Validation) Error):?\s*$/;
const TOTALS = /^Tests:\s+(\d+) failed/;

/** jest: the first failed case, with what it expected. */
export const jestTests: Recognizer = {
  name: 'jest',
  recognize: ({ output }) => {
    const file = firstMatch(output, FAILED_FILE);
    if (!file) return fromConfiguration(output);
    const failed = firstMatch(output, FAILED_CASE, file.line) ?? firstMatch(output, FAILED_CASE);
    if (!failed) {
      // Vitest, and jest where it was told to print little: the reason is what looks most like one.
      const line = likeliestLine(output) ?? file.line;
      const said = line === file.line ? '' : `: ${(output[line] ?? '').trim()}`;
      return { summary: `the test ${file.groups[1]} failed${said}`, line, known: 'test-failed' };
    }
    const reason = output
      .slice(failed.line + 1, failed.line + 12)
      .map((line) => line.trim())
      .find((line) => line !== '');
    const total = Number(firstMatch(output, TOTALS)?.groups[1] ?? 1);
    const more = total > 1 ? ` (and ${total - 1} more)` : '';
    return {
      summary: `jest: “${failed.groups[1]}” in ${file.groups[1]} failed${reason ? `: ${reason}` : ''}${more}`,
      line: failed.line,
      length: 1,
      known: 'test-failed',
    };
  },
};

/** Jest before any test: its configuration names what is not there, or has a value that it does not take. */
function fromConfiguration(output: readonly string[]): Finding | undefined {
  const heading = firstMatch(output, CONFIGURATION);
  if (!heading) return undefined;
  const at = output.findIndex((line, index) => index > heading.line && line.trim() !== '');
  return at < 0
    ? undefined
    : { summary: `jest’s configuration is refused: ${(output[at] ?? '').trim()}`, line: at, length: 1 };
}
