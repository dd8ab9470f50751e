import { firstMatch, type Recognizer } from '../evidence/evidence';

const NONE =
  /^ERROR: (?:No matching distribution found for|Could not find a version that satisfies the requirement) (\S+)/;
const CONFLICT = /^ERROR: (?:ResolutionImpossible|Cannot install (.+) because)/;

/** pip's errors about what it shall install. */
export const pip: Recognizer = {
  name: 'pip',
  recognize: ({ output }) => {
    const none = firstMatch(output, NONE);
    if (none)
      return {
        summary: `pip finds no ${none.groups[1]} in the index`,
        line: none.line,
        length: 2,
        known: 'package-not-found',
      };
    const conflict = firstMatch(output, CONFLICT);
    if (conflict)
      return {
        summary: `pip: the requirements exclude each other: ${conflict.groups[1] ?? ''}`,
        line: conflict.line,
        length: 4,
      };
    return undefined;
  },
};
