import { firstMatch, type Recognizer } from '../evidence/evidence';

const CURL = /^curl: \((\d+)\) (.+)$/;

/** A smoke test by curl: the last attempt's error, and curl's reason. */
export const smokeTest: Recognizer = {
  name: 'smoke-test',
  recognize: ({ output }) => {
    const last = firstMatch([...output].reverse(), CURL);
    if (!last) return undefined;
    return {
      summary: `the deployed service does not answer as it should: ${last.groups[2]} (curl ${last.groups[1]})`,
      line: output.length - 1 - last.line,
      length: 1,
      known: 'smoke-test',
    };
  },
};
