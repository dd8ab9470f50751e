import * as fs from 'node:fs';
import * as path from 'node:path';
import type { GrantedStatement, PermissionRecord, RoleGrants } from '../model/permission-record';

/** The judged calls of a run, in their order; none where nothing was judged. */
export function readPermissions(runDirectory: string): readonly PermissionRecord[] {
  return linesOf<PermissionRecord>(path.join(runDirectory, 'permissions.jsonl'));
}

/** What each role of a run may by its own policies, as it was last; none of a run that kept no such file. */
export function readRoles(runDirectory: string): readonly RoleGrants[] {
  const lines = linesOf<RoleGrants>(path.join(runDirectory, 'roles.jsonl'));
  return [...new Map(lines.map((one) => [one.role, one])).values()];
}

function linesOf<Line>(file: string): readonly Line[] {
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        // The last line of a run that was killed may be torn.
        return [];
      }
    });
}

/** What a call can come to, what a person has to look at first. */
export const RESULTS = ['denied', 'warning', 'not known', 'allowed'] as const;

/** What is told of a role: its calls by result, and what no call exercised. */
export const GROUPS = [...RESULTS, 'never used'] as const;
type Group = (typeof GROUPS)[number];

/** Entries of a statement's `Action` that no call of the run exercised. */
export interface UnusedGrant extends GrantedStatement {
  /** No entry of the statement was exercised. */
  readonly whole: boolean;
}

/** An entry with a wildcard that calls exercised: it grants more than they asked for. */
export interface WideGrant {
  readonly policy: string;
  readonly statement: string;
  readonly entry: string;
  /** The actions that calls asked for by it. */
  readonly usedFor: readonly string[];
}

/** A role, or a service that calls as itself, with what it was asked for in a run. */
export interface RolePermissions {
  readonly role: string;
  readonly construct: string;
  /** How many calls came to each result; of `never used` the statements. */
  readonly counts: Readonly<Record<Group, number>>;
  /** The same action on the same resource with the same result once; by {@link RESULTS}, then in their order. */
  readonly calls: readonly PermissionRecord[];
  /** What no call of the run exercised, by statement. */
  readonly neverUsed: readonly UnusedGrant[];
  /** Entries of which it cannot be said: calls that are not known name their actions. */
  readonly perhapsUsed: readonly UnusedGrant[];
  readonly usedInPart: readonly WideGrant[];
  /** Policies of the role that are not known here: nobody can say what of them was used. */
  readonly unread: readonly string[];
}

/** The calls by role: the roles that are denied something first, those that no call of the run came from last. */
export function byRole(
  records: readonly PermissionRecord[],
  grants: readonly RoleGrants[] = [],
): readonly RolePermissions[] {
  const granted = new Map(grants.map((one) => [one.role, one]));
  const asking = new Map<string, PermissionRecord[]>();
  for (const record of records) asking.set(record.role, [...(asking.get(record.role) ?? []), record]);
  const silent = grants.filter(({ role, statements }) => statements.length > 0 && !asking.has(role));
  const rank = (one: RolePermissions): number => {
    const at = RESULTS.findIndex((result) => one.counts[result] > 0);
    return at < 0 ? RESULTS.length : at;
  };
  return [...asking.keys(), ...silent.map(({ role }) => role)]
    .map((role) => roleOf(role, asking.get(role) ?? [], granted.get(role)))
    .sort((a, b) => rank(a) - rank(b));
}

function roleOf(role: string, records: readonly PermissionRecord[], grants: RoleGrants | undefined): RolePermissions {
  const all = [
    ...new Map([...records].reverse().map((one) => [[one.result, one.action, one.resource].join(' '), one])).values(),
  ].reverse();
  const count = (result: PermissionRecord['result']) => all.filter((one) => one.result === result).length;
  const { neverUsed, perhapsUsed, usedInPart } = usageOf(records, grants?.statements ?? []);
  return {
    role,
    construct: records[0]?.construct ?? grants?.construct ?? role,
    counts: {
      allowed: count('allowed'),
      denied: count('denied'),
      'not known': count('not known'),
      warning: count('warning'),
      'never used': neverUsed.length,
    },
    calls: RESULTS.flatMap((result) => all.filter((one) => one.result === result)),
    neverUsed,
    perhapsUsed,
    usedInPart,
    unread: grants?.unread ?? [],
  };
}

/** What calls exercised of a role's statements, entry by entry of `Action`. */
function usageOf(
  records: readonly PermissionRecord[],
  statements: readonly GrantedStatement[],
): Pick<RolePermissions, 'neverUsed' | 'perhapsUsed' | 'usedInPart'> {
  const used = new Map<string, Set<string>>();
  const perhaps = new Set<string>();
  for (const { result, action, exercised = [] } of records)
    for (const { policy, index, actions } of exercised)
      for (const entry of actions) {
        const key = JSON.stringify([policy, index, entry]);
        if (result === 'allowed') used.set(key, (used.get(key) ?? new Set()).add(action));
        else perhaps.add(key);
      }
  const having = (wanted: (key: string) => boolean): readonly UnusedGrant[] =>
    statements.flatMap((one) => {
      const actions = one.actions.filter((entry) => wanted(JSON.stringify([one.policy, one.index, entry])));
      return actions.length > 0 ? [{ ...one, actions, whole: actions.length === one.actions.length }] : [];
    });
  return {
    neverUsed: having((key) => !used.has(key) && !perhaps.has(key)),
    perhapsUsed: having((key) => !used.has(key) && perhaps.has(key)),
    usedInPart: statements.flatMap(({ policy, index, statement, actions }) =>
      actions.flatMap((entry): readonly WideGrant[] => {
        const found = used.get(JSON.stringify([policy, index, entry]));
        const wide = /[*?]|^everything but /.test(entry);
        return found && wide ? [{ policy, statement, entry, usedFor: [...found].sort() }] : [];
      }),
    ),
  };
}

/** A line of a role's table, for the page and the report alike. */
export interface PermissionRow {
  readonly group: Group;
  readonly action: string;
  readonly resource: string;
  /** Where in the pipeline, and what for; empty for what nobody asked for. */
  readonly asked: string;
  /** AWS's sentence, the statement that allows, the reason; then what to add. */
  readonly text: string;
  readonly remedy?: string;
}

/** The lines of a role's table, in the order of {@link GROUPS}. */
export function rowsOf({ calls, neverUsed }: Pick<RolePermissions, 'calls' | 'neverUsed'>): readonly PermissionRow[] {
  return [
    ...calls.map((one): PermissionRow => ({
      group: one.result,
      action: one.action,
      resource: one.resource,
      asked: [[one.stage, one.pipelineAction].filter(Boolean).join('/'), one.why].join(', '),
      text: one.text,
      ...(one.remedy ? { remedy: one.remedy.text } : {}),
    })),
    ...neverUsed.map((one): PermissionRow => ({
      group: 'never used',
      action: one.actions.join(', '),
      resource: one.resources.join(', '),
      asked: '',
      text: `${one.statement} of ${one.policy}`,
    })),
  ];
}

/** A role's counts in words: `1 denied, 3 allowed and used, 2 never used`. */
export function countsInWords({ counts }: Pick<RolePermissions, 'counts'>): string {
  const word = (group: Group) => (group === 'allowed' ? 'allowed and used' : group);
  return GROUPS.filter((one) => counts[one] > 0)
    .map((one) => `${counts[one]} ${word(one)}`)
    .join(', ');
}

/** A role as it is named: its construct, with its ARN. */
export function nameOfRole({ construct, role }: Pick<RolePermissions, 'construct' | 'role'>): string {
  return construct === role ? role : `${construct} (${role})`;
}
