import type { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { describeHistory } from '../../operator/history.describer';
import { historyShape } from '../../operator/history.shape';
import { operatorCommand, printJson } from './operator-command';
import { showHistory } from '../output/history';
import { paintFor } from '../output/paint';
import { awsFor } from '../target/find-target';

interface Options {
  last: string;
  json?: boolean;
}

/** `saiondo history`: what ran, how long, what failed. */
export function historyCommand(): Command {
  return operatorCommand<Options>(
    'history',
    'executions with trigger, commit, duration, verdict and failed action; each action’s times and failure rate',
    ['history', 'history --last 50', 'history --json | jq ".actions[] | select(.failureRate > 0.1)"'],
    (command) => command.option('--last <N>', 'how many executions', '20').option('--json', 'print it as JSON'),
    async ({ target }, options) => {
      const count = Number(options.last);
      if (!Number.isInteger(count) || count < 1)
        throw new SaiondoError(`--last ${options.last} is no number of executions`, {
          code: 'USAGE',
          next: 'a whole number from 1 on',
        });
      const history = await describeHistory(awsFor('history', target)(), target.pipeline, count);
      if (options.json) printJson(historyShape, history);
      else process.stdout.write(`${showHistory(history, paintFor(process.stdout))}\n`);
      return 0;
    },
  );
}
