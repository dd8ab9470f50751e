import { firstMatch, type Recognizer } from '../evidence/evidence';

const SUMMARY = /^FAILED (\S+::\S+)(?: - (.*))?$/;
const ERROR = /^ERROR (\S+)(?: - (.*))?$/;
const DETAIL = /^E\s{2,}(.+)$/;

/** pytest: the first failed case by its summary, with the assertion that failed. */
export const pytest: Recognizer = {
  name: 'pytest',
  recognize: ({ output }) => {
    const failed = firstMatch(output, SUMMARY) ?? firstMatch(output, ERROR);
    if (!failed) return undefined;
    const [, name, said] = failed.groups;
    const detail = firstMatch(output, DETAIL);
    const count = output.filter((line) => SUMMARY.test(line) || ERROR.test(line)).length;
    const reason = said || detail?.groups[1] || '';
    const more = count > 1 ? ` (and ${count - 1} more)` : '';
    return {
      summary: `pytest: ${name} failed${reason ? `: ${reason}` : ''}${more}`,
      line: detail?.line ?? failed.line,
      length: 1,
      known: 'test-failed',
    };
  },
};
