import type { PermissionRecord } from '../../model/permission-record';
import { countsInWords, type RolePermissions } from '../../views/permissions';
import { fitWidth, padWidth, width } from '../../views/text-width';

/** Columns where there is no terminal, e.g. a pipe: nothing is cut. */
const COLUMNS = Infinity;

/**
 * A run's judged calls for people. Of one role everything is told; of all roles who is denied something, with the statement that is missing, then a line for each.
 * @param asked whether a person asked for these roles by name
 * @param columns of the terminal: each line fits, but for statements and code, which are copied
 */
export function describePermissions(
  roles: readonly RolePermissions[],
  asked: boolean,
  columns: number = COLUMNS,
): readonly string[] {
  if (roles.length === 0) return ['no role was asked for anything'];
  if (asked) return roles.flatMap((one, at) => [...(at > 0 ? [''] : []), ...wholeRole(one, columns)]);
  const denied = roles.filter(({ counts }) => counts.denied > 0);
  const others = roles.filter(({ counts }) => counts.denied === 0);
  const shared = new Set(roles.map(({ construct }) => construct).filter((one, at, all) => all.indexOf(one) !== at));
  // Two accounts may have the same construct, e.g. the roles of `cdk bootstrap`.
  const named = (one: RolePermissions, most: number): string => {
    const account = shared.has(one.construct) ? (/^arn:[^:]+:iam::(\d+):/.exec(one.role)?.[1] ?? '') : '';
    return account === '' ? lastOf(one.construct, most) : `${lastOf(one.construct, most - 13)} ${account}`;
  };
  const half = columns === Infinity ? columns : Math.floor(columns / 2);
  const names = Math.min(half, Math.max(...others.map((one) => width(named(one, columns))), 0));
  return [
    ...denied.flatMap((one) => [...headOf(one, columns), ...deniedLines(one, columns), '']),
    ...others.flatMap((one) => [
      fitWidth(`${padWidth(named(one, names), names)}  ${countsInWords(one)}`, columns),
      ...reasonLines(one, columns),
    ]),
    ...(others.length > 0 ? [''] : []),
    'Everything of a role: npx saiondo permissions ROLE; of all of them: --json',
  ];
}

/** `App/Dev/Api/TaskRole`, and below it whose role it is. */
function headOf(one: RolePermissions, columns: number): readonly string[] {
  const [, account, name] = /^arn:[^:]+:iam::(\d+):role\/(.+)$/.exec(one.role) ?? [];
  const whose = account === undefined ? [] : [`  role ${name ?? ''} of ${account}`];
  return [
    fitWidth(lastOf(one.construct, columns), columns),
    ...whose.map((line) => fitWidth(line, columns)),
    `  ${countsInWords(one)}`,
  ];
}

function wholeRole(one: RolePermissions, columns: number): readonly string[] {
  const by = (result: PermissionRecord['result']) => one.calls.filter((call) => call.result === result);
  return [
    ...headOf(one, columns),
    ...deniedLines(one, columns),
    ...warnings(by('warning'), columns),
    ...unknowns(by('not known'), columns),
    ...used(by('allowed'), columns),
    ...one.usedInPart.flatMap(({ entry, statement, policy, usedFor }) =>
      listed(`  used in part: ${entry} (${statement} of ${policy}), for`, usedFor, columns),
    ),
    ...one.neverUsed.flatMap(({ actions, resources, statement, policy, whole }) => [
      ...listed(`  never used: ${whole ? '' : 'of it '}`.trimEnd(), actions, columns),
      ...listed('    on', resources.map(shortened), columns),
      ...wrapped(`    by ${statement} of ${policy}`, columns),
    ]),
    ...one.unread.flatMap((reason) => wrapped(`  not known: what it may by ${reason}`, columns)),
  ];
}

/** One line a denied call, with what has to be added below it. */
function deniedLines({ calls }: RolePermissions, columns: number): readonly string[] {
  return calls
    .filter(({ result }) => result === 'denied')
    .flatMap((one) => [
      fitWidth(`  denied in ${placeOf(one)}: ${one.action} on ${shortened(one.resource)}`, columns),
      ...remedyLines(one),
    ]);
}

/** A statement is copied: it is told whole, whatever the width. */
function remedyLines({ remedy }: PermissionRecord): readonly string[] {
  if (!remedy) return [];
  if (!remedy.statement) return [`    ${remedy.text}`];
  return [
    `    add to the ${remedy.policy} of ${remedy.construct}:`,
    `      ${JSON.stringify(remedy.statement)}`,
    ...(remedy.code ? ['    in CDK:', `      ${remedy.code}`] : []),
  ];
}

/** What AWS may ask for: a line each. */
function warnings(calls: readonly PermissionRecord[], columns: number): readonly string[] {
  return calls.map((one) =>
    fitWidth(`  warning: ${one.action} on ${shortened(one.resource)} (${placeOf(one)})`, columns),
  );
}

/** What is not known, by its reason: the reason once, then its actions. */
function unknowns(calls: readonly PermissionRecord[], columns: number): readonly string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { text, action } of calls) reasons.set(text, (reasons.get(text) ?? new Set()).add(action));
  return [...reasons].flatMap(([reason, actions]) => [
    ...wrapped(`  not known: ${withShortArns(reason)}`, columns),
    ...listed('   ', [...actions], columns),
  ]);
}

/** Why calls of a role are not known, each reason once. */
function reasonLines({ calls }: RolePermissions, columns: number): readonly string[] {
  const reasons = new Map<string, number>();
  for (const { result, text } of calls) if (result === 'not known') reasons.set(text, (reasons.get(text) ?? 0) + 1);
  return [...reasons].flatMap(([reason, count]) => wrapped(`  not known, ${count}: ${withShortArns(reason)}`, columns));
}

/** What was allowed and used, an action once: on its resource, or on how many. */
function used(calls: readonly PermissionRecord[], columns: number): readonly string[] {
  const resources = new Map<string, string[]>();
  for (const { action, resource } of calls) resources.set(action, [...(resources.get(action) ?? []), resource]);
  if (resources.size === 0) return [];
  return [
    '  allowed and used:',
    ...[...resources].map(([action, on]) => {
      const [only = '*', ...more] = on;
      const where = more.length > 0 ? ` on ${on.length} resources` : only === '*' ? '' : ` on ${shortened(only)}`;
      return fitWidth(`    ${action}${where}`, columns);
    }),
  ];
}

const placeOf = ({ stage, pipelineAction }: PermissionRecord): string =>
  [stage, pipelineAction].filter(Boolean).join('/');

/** A key's id: its first eight characters tell it from the others. */
const UUID = /([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** An ARN without what the action and the role's account say already: `artifacts/Source/1`, `key/1234 of 111111111111`. */
function shortened(arn: string): string {
  const [, , , , account = '', ...name] = arn.split(':');
  if (!arn.startsWith('arn:') || name.length === 0) return arn;
  const own = name.join(':').replace(UUID, '$1…');
  return account === '' ? own : `${own} of ${account}`;
}

const withShortArns = (text: string): string => text.replace(/arn:[^\s,;"']*[^\s,;:"']/g, shortened);

/** The end of a path that is too long: it says more than its beginning. */
function lastOf(path: string, columns: number): string {
  if (width(path) <= columns) return path;
  const parts = path.split('/');
  while (parts.length > 1 && width(`…/${parts.join('/')}`) > columns) parts.shift();
  return parts.length < path.split('/').length ? fitWidth(`…/${parts.join('/')}`, columns) : fitWidth(path, columns);
}

/** Items behind a beginning, in as many lines as they need; the later ones are indented further. */
function listed(begin: string, items: readonly string[], columns: number): readonly string[] {
  return wrapped(`${begin} ${items.join(', ')}`, columns);
}

function wrapped(text: string, columns: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = indent;
  for (const word of text.trimStart().split(' ')) {
    const longer = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    if (width(longer) > columns && line.trim() !== '') {
      lines.push(line);
      line = `${indent}  ${word}`;
    } else line = longer;
  }
  return [...lines, line];
}
