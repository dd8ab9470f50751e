import { firstMatch, type Recognizer } from '../evidence/evidence';

const HEADS = /Multiple (?:head revisions are present|heads are present)|The script directory has multiple heads/;
const ABSENT = /Can't locate revision identified by '([^']+)'/;
const NOT_NEWEST = /Target database is not up to date/;

/** Alembic: two migrations on the same parent, or one that the checkout does not have. */
export const alembic: Recognizer = {
  name: 'alembic',
  recognize: ({ output }) => {
    const heads = firstMatch(output, HEADS);
    if (heads)
      return {
        summary: 'Alembic: Multiple head revisions are present: two migrations have the same parent',
        line: heads.line,
        length: 1,
        known: 'migration-heads',
      };
    const absent = firstMatch(output, ABSENT);
    if (absent)
      return {
        summary: `Alembic: the database is at revision ${absent.groups[1]}, which this checkout does not have (Can't locate revision)`,
        line: absent.line,
        length: 1,
        known: 'migration-missing',
      };
    const behind = firstMatch(output, NOT_NEWEST);
    if (behind) return { summary: 'Alembic: Target database is not up to date', line: behind.line, length: 1 };
    return undefined;
  },
};
