import { byRole, countsInWords, nameOfRole, readPermissions, readRoles, rowsOf } from '../permissions';
import type { PagePermissions } from './permissions';

/** Rows of a role that the page gets at most: what is denied comes first. */
const ROWS = 200;

/** What each role of a run was asked for, as the page shows it; no roles where nothing was judged. */
export function rolePermissions(runDirectory: string): PagePermissions {
  return {
    roles: byRole(readPermissions(runDirectory), readRoles(runDirectory)).map((one) => {
      const rows = rowsOf(one);
      return {
        name: nameOfRole(one),
        counts: one.counts,
        words: countsInWords(one),
        rows: rows.slice(0, ROWS),
        more: Math.max(0, rows.length - ROWS),
      };
    }),
  };
}
