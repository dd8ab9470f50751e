import type { Cost } from '../../operator/cost/cost.shape';
import { table, type Paint } from './paint';

/** How many of an environment's resources are listed unless all are asked for: the dearest. */
const DEAREST = 6;

/** The reckoning for people: the run by action, then each environment's month, dearest first. */
export function showCost(cost: Cost, all: boolean, paint: Paint): string {
  const { colours } = paint;
  const dollars = (amount: number, digits = 2): string => `$${amount.toFixed(digits)}`;
  const measured = cost.run.actions.filter((action) => action.basis === 'measured').length;
  const lines = [
    colours.bold(`A run: ${dollars(cost.run.total)}`) +
      (cost.run.id
        ? ` (${measured} builds measured in ${cost.run.id}, the other minutes expected)`
        : ' (expected minutes)'),
    '',
    table(
      paint,
      ['action', 'minutes', '', 'build', 'pipeline'],
      cost.run.actions.map((one) => [
        `${one.stage}/${one.action}`,
        one.minutes.toFixed(1),
        one.basis,
        dollars(one.build, 4),
        dollars(one.pipeline, 3),
      ]),
    ),
  ];
  for (const environment of cost.environments) {
    const items = [...environment.items].sort((a, b) => b.monthly - a.monthly);
    const shown = all ? items : items.slice(0, DEAREST);
    const rest = items.slice(shown.length).reduce((sum, item) => sum + item.monthly, 0);
    lines.push(
      '',
      colours.bold(`${environment.name}: ${dollars(environment.monthly)} a month at rest`) +
        (environment.running < 1
          ? `, services and database running ${(environment.running * 100).toFixed(0)} % of the time`
          : ''),
      '',
      table(
        paint,
        ['resource', 'what', 'a month'],
        [
          ...shown.map((item) => [`${item.stack}/${item.resource}`, item.what, dollars(item.monthly)]),
          ...(items.length > shown.length ? [[`${items.length - shown.length} others`, '', dollars(rest)]] : []),
        ],
      ),
    );
    if (environment.notPriced.length > 0)
      lines.push(
        '',
        colours.yellow(`not in the sum, their price is not known here: ${environment.notPriced.join(', ')}`),
      );
  }
  lines.push(
    '',
    `Prices of ${cost.prices.date}, ${cost.prices.region}. ${cost.prices.basis}`,
    'At rest: no request, no traffic, no log line, no storage that grows.',
  );
  return lines.join('\n');
}
