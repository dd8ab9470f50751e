import type { History } from '../../operator/history.shape';
import { seconds } from '../../views/duration';
import { fit, state, table, type Paint } from './paint';
import { revisionsText } from './status';

/** The history for people: the executions, then each action's times and failures. */
export function showHistory(history: History, paint: Paint): string {
  const executions = table(
    paint,
    ['execution', 'started', 'trigger', 'commit', 'duration', 'verdict', 'failed'],
    history.executions.map((one) => [
      one.id,
      one.startedAt ?? '',
      one.type === 'ROLLBACK' ? 'rollback' : one.trigger.type,
      fit(revisionsText(one.revisions), 50),
      one.seconds === undefined ? '' : seconds(one.seconds),
      state(paint, one.status),
      one.failed ?? '',
    ]),
  );
  const actions = table(
    paint,
    ['action', 'runs', 'failed', 'p50', 'p90'],
    history.actions.map((one) => [
      one.action,
      String(one.runs),
      `${(one.failureRate * 100).toFixed(0)} %`,
      one.p50 === undefined ? '' : seconds(one.p50),
      one.p90 === undefined ? '' : seconds(one.p90),
    ]),
  );
  const whole = history.duration
    ? `${history.duration.count} succeeded: half within ${seconds(history.duration.p50)}, nine in ten within ${seconds(history.duration.p90)}`
    : 'none succeeded';
  return [executions, '', whole, '', actions].join('\n');
}
