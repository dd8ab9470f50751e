import * as fs from 'node:fs';
import * as path from 'node:path';
import type { PermissionRecord } from '../model/permission-record';

/** The judged calls of a run, in their order; none where nothing was judged. */
export function readPermissions(runDirectory: string): readonly PermissionRecord[] {
  const file = path.join(runDirectory, 'permissions.jsonl');
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as PermissionRecord];
      } catch {
        // The last line of a run that was killed may be torn.
        return [];
      }
    });
}

/** What a call can come to, what a person has to look at first. */
export const RESULTS = ['denied', 'warning', 'not known', 'allowed'] as const;

/** A role, or a service that calls as itself, with what it was asked for in a run. */
export interface RolePermissions {
  readonly role: string;
  readonly construct: string;
  /** How many calls came to each result. */
  readonly counts: Readonly<Record<PermissionRecord['result'], number>>;
  /** The same action on the same resource with the same result once; by {@link RESULTS}, then in their order. */
  readonly calls: readonly PermissionRecord[];
}

/** The calls by role: the roles that are denied something first. */
export function byRole(records: readonly PermissionRecord[]): readonly RolePermissions[] {
  const roles = new Map<string, Map<string, PermissionRecord>>();
  for (const record of records) {
    const own = roles.get(record.role) ?? new Map<string, PermissionRecord>();
    const key = [record.result, record.action, record.resource].join(' ');
    if (!own.has(key)) own.set(key, record);
    roles.set(record.role, own);
  }
  const rank = (one: RolePermissions): number => RESULTS.findIndex((result) => one.counts[result] > 0);
  return [...roles]
    .map(([role, own]): RolePermissions => {
      const all = [...own.values()];
      const count = (result: PermissionRecord['result']) => all.filter((one) => one.result === result).length;
      return {
        role,
        construct: all[0]?.construct ?? role,
        counts: {
          allowed: count('allowed'),
          denied: count('denied'),
          'not known': count('not known'),
          warning: count('warning'),
        },
        calls: RESULTS.flatMap((result) => all.filter((one) => one.result === result)),
      };
    })
    .sort((a, b) => rank(a) - rank(b));
}
