import { firstMatch, type Finding, type Recognizer } from '../evidence/evidence';

const CODE = /^Error: (P\d{4})\b(.*)$/;
const ANY_CODE = /\b(P[123]\d{3})\b/;
/** The engine's own line of a log, where the message is a string of Rust. */
const REACH = /Can\\?'t reach database server at [^\\]+/;
const MIGRATION = /^Migration name: (\S+)/;
const DATABASE_CODE = /^Database error code: (\w+)/;
const DATABASE_ERROR = /^ERROR: (.+)$/;
/** The form of the engine that runs inside Node, with a driver adapter: no code, the error on the next line, the migration in a span. */
const CONNECTOR = /^Error: external connector error/;
const SPAN = /migration_name="([^"]+)"/;
const FAILED_BEFORE = /^The `(\S+)` migration started at .* failed/;

/** Classes of PostgreSQL's error codes that speak of rows, not of the statement (PostgreSQL, "Error Codes", class 23 and 22). */
const BY_DATA = /^2[23]/;
/** The same by PostgreSQL's words, where no code is printed. */
const DATA_WORDS =
  /could not create unique index|contains null values|violates .*constraint|constraint failed|constraint violation|duplicate key|out of range|invalid input syntax/i;

/** Prisma's errors by its error codes (Prisma, "Error message reference"). */
export const prisma: Recognizer = {
  name: 'prisma',
  recognize: ({ output }) => {
    const connector = firstMatch(output, CONNECTOR);
    const span = connector && firstMatch(output, SPAN, connector.line);
    if (connector && span) {
      const error = (output[connector.line + 1] ?? '').replace(/^Error querying the database: (?:ERROR: )?/, '');
      return migrationFailed(span.groups[1] ?? '', error, undefined, connector.line + 1, 1);
    }
    const found = firstMatch(output, CODE) ?? firstMatch(output, ANY_CODE);
    if (!found) return undefined;
    const [, code = '', rest = ''] = found.groups;
    if (code === 'P3018') {
      const name = firstMatch(output, MIGRATION, found.line)?.groups[1] ?? 'a migration';
      const sql = firstMatch(output, DATABASE_CODE, found.line)?.groups[1] ?? '';
      const error = firstMatch(output, DATABASE_ERROR, found.line);
      return migrationFailed(name, error?.groups[1] ?? 'see below', sql, error?.line ?? found.line, 3);
    }
    if (code === 'P3009') {
      const before = firstMatch(output, FAILED_BEFORE);
      return {
        summary: `the migration ${before?.groups[1] ?? ''} failed in an earlier run and blocks the others (P3009)`,
        line: before?.line ?? found.line,
        length: 1,
        known: 'migration-failed-before',
      };
    }
    if (/^P100[0-3]$/.test(code) || code === 'P1017')
      return {
        summary: `Prisma cannot use the database (${code}): ${(rest || output[found.line + 2] || REACH.exec(output[found.line] ?? '')?.[0] || '').replace(/^[:\s]+/, '')}`,
        line: found.line,
        length: 3,
        known: 'database-unreachable',
      };
    const said = (rest || (output.slice(found.line + 1).find((line) => line.trim() !== '') ?? '')).replace(
      /^[:\s]+/,
      '',
    );
    return { summary: `Prisma failed with ${code}: ${said}`, line: found.line, length: 4 };
  },
};

function migrationFailed(
  name: string,
  error: string,
  sqlState: string | undefined,
  line: number,
  length: number,
): Finding {
  const data = sqlState ? BY_DATA.test(sqlState) : DATA_WORDS.test(error);
  return {
    summary: `the migration ${name} ${data ? 'is blocked by rows that exist' : 'failed'}: ${error}${sqlState ? ` (PostgreSQL ${sqlState})` : ''}`,
    line,
    length,
    known: data ? 'migration-blocked-by-data' : 'bad-migration',
  };
}
