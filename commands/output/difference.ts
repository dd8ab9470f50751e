import type { Difference, ResourceChange } from '../../model/promotion.shape';
import { harmful } from '../../operator/promotion/difference-summary';
import { short, type Paint } from './paint';

/** The newest commits of a source that are listed; the earlier ones are counted. */
const COMMITS = 10;
/** Lines of a migration's SQL that are shown. */
const SQL_LINES = 12;

/**
 * What lies between two executions, for people: what can hurt first.
 * @param full every change and statement; without it, permissions and changes are counted by stack
 */
export function showDifference(difference: Difference, paint: Paint, full = true): string[] {
  const { colours } = paint;
  const { commits, images, migrations, stacks, permissions, contracts, unknown } = difference;
  const folded = !full && (permissions.length > 0 || stacks.some((one) => one.changes.length > 0));
  return [
    ...section(
      paint,
      'replaced or removed',
      harmful(stacks).map((one) => colours.red(`${one.stack}: ${changeText(one)}`)),
    ),
    ...section(
      paint,
      'migrations',
      migrations.flatMap((one) => [colours.bold(one.name), ...sqlLines(one.sql, full)]),
    ),
    ...section(
      paint,
      'contracts',
      contracts.map((one) => `${one} changed: a new contract is deployed if its bytecode changed`),
    ),
    ...section(paint, 'permissions', full ? permissionLines(permissions, paint) : countedPermissions(permissions)),
    ...section(
      paint,
      'images',
      images.map((one) => `${one.service}: ${one.from ?? 'none'} → ${one.to}${one.digest ? ` (${one.digest})` : ''}`),
    ),
    ...section(
      paint,
      'commits',
      commits.flatMap((one) => commitLines(one, full)),
    ),
    ...(full
      ? stacks.flatMap(({ stack, source, changes }) =>
          section(paint, `${stack} (${SOURCES[source]})`, changes.map(changeText)),
        )
      : section(paint, 'resources', stacks.map(countedChanges))),
    ...section(
      paint,
      'not known',
      unknown.map((one) => colours.yellow(one)),
    ),
    ...(folded ? [colours.dim('--full lists every permission and resource')] : []),
  ];
}

/** How a stack's changes are known. */
const SOURCES: Readonly<Record<Difference['stacks'][number]['source'], string>> = {
  'change set': 'from its change set',
  templates: 'computed from the templates, not from a change set',
};

function sqlLines(sql: string, full: boolean): string[] {
  const lines = sql.trim().split('\n');
  const more = full ? 0 : lines.length - SQL_LINES;
  return [
    ...lines.slice(0, more > 0 ? SQL_LINES : lines.length).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … ${more} more lines (--full)`] : []),
  ];
}

function permissionLines(permissions: Difference['permissions'], { colours }: Paint): string[] {
  return permissions.map((one) => {
    const text = `${one.change === 'added' ? '+' : '-'} ${one.stack}/${one.logicalId}: ${one.statement}`;
    return one.change === 'added' ? colours.yellow(text) : text;
  });
}

function countedPermissions(permissions: Difference['permissions']): string[] {
  const stacks = [...new Set(permissions.map((one) => one.stack))];
  return stacks.map((stack) => {
    const own = permissions.filter((one) => one.stack === stack);
    const added = own.filter((one) => one.change === 'added').length;
    return `${stack}: ${counts({ added, removed: own.length - added })}`;
  });
}

function countedChanges({ stack, source, changes }: Difference['stacks'][number]): string {
  const kinds: Record<string, number> = {};
  for (const one of changes) {
    const kind = changeText(one).split(/ AWS::| \S+::/)[0] ?? '';
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  return `${stack}: ${counts(kinds) || 'nothing changes'} (${SOURCES[source]})`;
}

function counts(kinds: Readonly<Record<string, number>>): string {
  return Object.entries(kinds)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

function commitLines({ source, from, to, commits = [] }: Difference['commits'][number], full: boolean): string[] {
  const shown = full ? commits.length : COMMITS;
  const earlier = commits.length - shown;
  return [
    `${source}: ${from === to ? `unchanged at ${short(to)}` : `${from ? short(from) : 'nothing'} → ${short(to)}`}`,
    ...(earlier > 0 ? [`  ${earlier} earlier commits`] : []),
    ...commits.slice(-shown || commits.length).map((one) => `  ${short(one.commit)} ${one.message} (${one.author})`),
  ];
}

function section(paint: Paint, title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [paint.colours.bold(title), ...lines.map((line) => `  ${line}`)];
}

function changeText(change: ResourceChange): string {
  const how =
    change.replacement === 'True'
      ? 'replace'
      : change.replacement === 'Conditional'
        ? 'modify, perhaps replace'
        : change.action.toLowerCase();
  const properties = change.properties.length > 0 ? `: ${change.properties.join(', ')}` : '';
  return `${how} ${change.type} ${change.logicalId}${properties}`;
}
