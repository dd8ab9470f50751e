import type { History } from '../../operator/history.shape';
import { seconds } from '../../views/duration';
import { dayTime } from '../../views/local-time';
import { fitWidth, width } from '../../views/text-width';
import { state, table, type Paint } from './paint';
import { revisionsText, shownId } from './status';

/** The column of the commits. */
const COMMIT = 3;

/** An action that never failed and took less than this is not worth a line on a terminal; seconds. */
const SHORT = 5;

/** The history for people: executions, figures of delivery by environment, then the actions: what fails first, then what is slow. */
export function showHistory(history: History, paint: Paint): string {
  return [
    executionTable(history, paint),
    '',
    durationLine(history),
    ...fourKeyLines(history, paint),
    '',
    ...actionTable(history, paint),
  ].join('\n');
}

function executionTable(history: History, paint: Paint): string {
  const head = ['execution', 'started', 'trigger', 'commit', 'duration', 'verdict', 'failed'];
  const rows = history.executions.map((one) => [
    shownId(one, paint),
    one.startedAt === undefined ? '' : paint.terminal ? dayTime(one.startedAt) : one.startedAt,
    one.type === 'ROLLBACK' ? 'rollback' : triggerText(one.trigger.type, paint),
    revisionsText(one.revisions),
    one.seconds === undefined ? '' : seconds(one.seconds),
    state(paint, one.status),
    paint.terminal ? fitWidth(one.failed ?? '', Math.max(10, Math.floor(paint.columns / 4))) : (one.failed ?? ''),
  ]);
  return table(paint, head, paint.terminal ? fitCommits(rows, head, paint.columns) : rows);
}

/** The rows with commits that fill what the other columns leave of the width. A pipe gets them whole. */
function fitCommits(rows: readonly string[][], head: readonly string[], columns: number): string[][] {
  const taken = head.map((name, at) => Math.max(width(name), ...rows.map((row) => width(row[at] ?? ''))) + 2);
  const room = columns - taken.reduce((sum, one, at) => sum + (at === COMMIT ? 2 : one), 0);
  return rows.map((row) => row.map((text, at) => (at === COMMIT ? fitWidth(text, Math.max(10, room)) : text)));
}

function triggerText(type: string, paint: Paint): string {
  if (!paint.terminal) return type;
  return (
    { StartPipelineExecution: 'manual', Webhook: 'push', WebhookV2: 'push', CreatePipeline: 'created' }[type] ?? type
  );
}

function durationLine({ duration }: History): string {
  return duration
    ? `${duration.count} succeeded. Median ${seconds(duration.p50)}, 90 % under ${seconds(duration.p90)}`
    : 'No execution has succeeded as a whole';
}

function fourKeyLines({ environments }: History, paint: Paint): string[] {
  if (environments.length === 0) return [];
  const rows = environments.map((one) => [
    one.environment,
    `${one.deployments} (${one.deploymentsPerDay.toFixed(1)} a day)`,
    one.leadTimeSeconds === undefined ? '' : longTime(one.leadTimeSeconds),
    one.changeFailureRate === undefined ? '' : `${(one.changeFailureRate * 100).toFixed(0)} %`,
    one.restoreSeconds === undefined ? '' : longTime(one.restoreSeconds),
  ]);
  return ['', table(paint, ['environment', 'deployments', 'lead time', 'change failures', 'time to restore'], rows)];
}

function longTime(value: number): string {
  if (value < 3600) return seconds(value);
  return value < 172_800 ? `${(value / 3600).toFixed(1)} h` : `${(value / 86_400).toFixed(1)} days`;
}

function actionTable({ actions }: History, paint: Paint): string[] {
  const sorted = [...actions].sort((a, b) => b.failureRate - a.failureRate || (b.p90 ?? 0) - (a.p90 ?? 0));
  const worth = paint.terminal ? sorted.filter((one) => one.failures > 0 || (one.p90 ?? 0) >= SHORT) : sorted;
  const rest = sorted.length - worth.length;
  const some = actions.some((one) => one.unchanged !== undefined);
  // The figures take about 40 columns; a stage and an action have names of up to 100 characters each.
  const room = Math.max(20, paint.columns - 40);
  return [
    table(
      paint,
      ['action', 'runs', 'failed', ...(some ? ['unchanged'] : []), 'p50', 'p90'],
      worth.map((one) => [
        paint.terminal ? fitWidth(one.action, room) : one.action,
        String(one.runs),
        `${(one.failureRate * 100).toFixed(0)} %`,
        ...(some ? [String(one.unchanged ?? '')] : []),
        one.p50 === undefined ? '' : seconds(one.p50),
        one.p90 === undefined ? '' : seconds(one.p90),
      ]),
    ),
    ...(rest > 0 ? [`and ${rest} that never failed and took less than ${SHORT} s`] : []),
  ];
}
