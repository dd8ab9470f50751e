import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { wholeNumber } from '../input/whole-number';
import { describeStatus } from '../../operator/status.describer';
import { statusShape } from '../../operator/status.shape';
import { operatorCommand, printJson, type OperatorRun } from './operator-command';
import { paintFor } from '../output/paint';
import { showStatus } from '../output/status';
import { awsFor } from '../target/find-target';
import { Redrawn } from '../output/redrawn';
import { print, printValue } from '../output/print';

interface Options {
  watch?: boolean;
  interval: number;
  all?: boolean;
  json?: boolean;
}

/** `saiondo status`: the pipeline as it is now. */
export function statusCommand(): Command {
  return operatorCommand<Options>(
    'status',
    'stages and actions with their state, revisions, waiting approvals and disabled transitions',
    ['status', 'status --watch', 'status --json | jq ".approvals"'],
    (command) =>
      command
        .option('--all', 'every action of every stage')
        .option('--watch', 'keep it up to date until Ctrl-C')
        .option('--interval <SECONDS>', 'how often --watch asks', wholeNumber('--interval', 1, 3600), 5)
        .option('--json', 'print it as JSON; with --watch one line each time'),
    run,
  );
}

async function run({ target }: OperatorRun, options: Options): Promise<number> {
  const aws = awsFor('status', target)();
  const read = () => describeStatus(aws, target.pipeline, new Date());
  if (!options.watch) {
    const status = await read();
    if (options.json) printJson(statusShape, status);
    else {
      const paint = paintFor(process.stdout);
      const rows = paint.terminal && !options.all ? (process.stdout.rows ?? 24) - 2 : undefined;
      print(
        showStatus(status, paint, {
          now: Date.now(),
          ...(rows ? { rows } : {}),
          ...(options.all ? { all: true } : {}),
        }),
      );
    }
    return 0;
  }
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const drawn = new Redrawn(process.stdout);
  while (!controller.signal.aborted) {
    const status = await read();
    if (options.json) printValue(statusShape.parse(status));
    else {
      const size = drawn.size;
      const paint = { ...paintFor(process.stdout), ...(size ? { columns: size.columns } : {}) };
      drawn.show(showStatus(status, paint, { now: Date.now(), ...(size ? { rows: size.rows } : {}) }));
    }
    await pause(options.interval, controller.signal);
  }
  return 130;
}

/** Waits, or until Ctrl-C. @param seconds how long */
function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return setTimeout(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
