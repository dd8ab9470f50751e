import type { Difference, ResourceChange } from '../../model/promotion.shape';
import { harmful } from '../../operator/promotion/difference-summary';
import { short, type Paint } from './paint';

/** Changes of a stack that are listed; the others are counted. */
const CHANGES = 25;
/** The newest commits of a source that are listed; the earlier ones are counted. */
const COMMITS = 25;

/** What lies between two executions, for people: what can hurt first. */
export function showDifference(difference: Difference, paint: Paint): string[] {
  const { colours } = paint;
  const { commits, images, migrations, stacks, permissions, contracts, unknown } = difference;
  return [
    ...section(
      paint,
      'replaced or removed',
      harmful(stacks).map((one) => colours.red(`${one.stack}: ${changeText(one)}`)),
    ),
    ...section(
      paint,
      'permissions',
      permissions.map((one) => {
        const text = `${one.change === 'added' ? '+' : '-'} ${one.stack}/${one.logicalId}: ${one.statement}`;
        return one.change === 'added' ? colours.yellow(text) : text;
      }),
    ),
    ...section(
      paint,
      'migrations',
      migrations.flatMap((one) => [
        colours.bold(one.name),
        ...one.sql
          .trim()
          .split('\n')
          .map((line) => `  ${line}`),
      ]),
    ),
    ...section(
      paint,
      'contracts',
      contracts.map((one) => `${one} differs: it is compiled and, where its code differs, deployed`),
    ),
    ...section(
      paint,
      'images',
      images.map((one) => `${one.service}: ${one.from ?? 'none'} → ${one.to}${one.digest ? ` (${one.digest})` : ''}`),
    ),
    ...section(paint, 'commits', commits.flatMap(commitLines)),
    ...stacks.flatMap(({ stack, source, changes }) =>
      section(paint, `${stack}, by its ${source}`, [
        ...changes.slice(0, CHANGES).map(changeText),
        ...(changes.length > CHANGES ? [`and ${changes.length - CHANGES} more`] : []),
      ]),
    ),
    ...section(
      paint,
      'not known',
      unknown.map((one) => colours.yellow(one)),
    ),
  ];
}

function commitLines({ source, from, to, commits = [] }: Difference['commits'][number]): string[] {
  const earlier = commits.length - COMMITS;
  return [
    `${source}: ${from === to ? `unchanged at ${short(to)}` : `${from ? short(from) : 'nothing'} → ${short(to)}`}`,
    ...(earlier > 0 ? [`  ${earlier} earlier`] : []),
    ...commits.slice(-COMMITS).map((one) => `  ${short(one.commit)} ${one.message} (${one.author})`),
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
