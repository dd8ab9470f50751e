import type { Command } from 'commander';
import { wholeNumber } from '../input/whole-number';
import { describeHistory } from '../../operator/history.describer';
import { historyShape } from '../../operator/history.shape';
import { operatorCommand, printJson } from './operator-command';
import { showHistory } from '../output/history';
import { paintFor } from '../output/paint';
import { awsFor } from '../target/find-target';
import { print } from '../output/print';

interface Options {
  last: number;
  json?: boolean;
}

/** `saiondo history`: what ran, how long, what failed. */
export function historyCommand(): Command {
  return operatorCommand<Options>(
    'history',
    'executions with trigger, commit, duration, verdict and failed action; each action’s times and failure rate',
    ['history', 'history --last 50', 'history --json | jq ".actions[] | select(.failureRate > 0.1)"'],
    (command) =>
      command
        .option('--last <N>', 'how many executions', wholeNumber('--last', 1, 10_000), 20)
        .option('--json', 'print it as JSON'),
    async ({ target }, options) => {
      const history = await describeHistory(awsFor('history', target)(), target.pipeline, options.last);
      if (options.json) printJson(historyShape, history);
      else print(showHistory(history, paintFor(process.stdout)));
      return 0;
    },
  );
}
