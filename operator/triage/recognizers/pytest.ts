import { firstMatch, type Finding, type Recognizer } from '../evidence/evidence';

const SUMMARY = /^FAILED (\S+::\S+)(?: - (.*))?$/;
const ERROR = /^ERROR (\S+)(?: - (.*))?$/;
/** A place in pytest's form of a traceback. */
const PLACE = /^(\S+\.py:\d+): in \S/;
const DETAIL = /^E\s{2,}(.+)$/;

/** pytest: the first failed case by its summary, with the assertion that failed. */
export const pytest: Recognizer = {
  name: 'pytest',
  recognize: ({ output }) => {
    const failed = firstMatch(output, SUMMARY) ?? firstMatch(output, ERROR);
    if (!failed) return fromTraceback(output);
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

/** What stops pytest before it has a summary: an error while a conftest.py is read, in pytest's own form. */
function fromTraceback(output: readonly string[]): Finding | undefined {
  const detail = firstMatch(output, DETAIL);
  if (!detail) return undefined;
  const place = output.slice(0, detail.line).findLast((line) => PLACE.test(line));
  if (place === undefined) return undefined;
  const [said = '', next = ''] = output.slice(detail.line, detail.line + 2).map((line) => line.replace(/^E?\s+/, ''));
  return {
    summary: `pytest stops at ${PLACE.exec(place)?.[1] ?? ''}: ${said.endsWith(':') ? `${said} ${next}` : said}`,
    line: detail.line,
    length: 1,
  };
}
