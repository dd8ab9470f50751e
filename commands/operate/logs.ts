import type { Command } from 'commander';
import { findBuild } from '../../operator/triage/build-of-interest';
import { awsFor } from '../target/find-target';
import { noBuild, printBuildLog } from './build-log';
import { operatorCommand } from './operator-command';

interface Options {
  follow?: boolean;
  execution?: string;
}

/** `saiondo logs`: a build's log, whole or as it comes. */
export function logsCommand(): Command {
  return operatorCommand<Options>(
    'logs',
    'print the log of a build: the one that runs, else the newest that failed, or an action’s',
    ['logs', 'logs -f', 'logs Verify/ApiTest', 'logs Verify/ApiTest --execution 1f0a7c3e | less'],
    (command) =>
      command
        .argument('[action]', 'the build of this STAGE/ACTION, however it ended')
        .option('-f, --follow', 'print it as it comes, until the build ends')
        .option('--execution <ID>', 'of this execution: its id or its first characters'),
    async ({ target }, options, [action]) => {
      const aws = awsFor('logs', target);
      const question = {
        pipeline: target.pipeline,
        home: target.home,
        ...(options.execution ? { execution: options.execution } : {}),
      };
      const build = action
        ? await findBuild(aws, { ...question, running: false, action })
        : ((await findBuild(aws, { ...question, running: true })) ??
          (await findBuild(aws, { ...question, running: false })));
      if (!build) throw await noBuild(action, 'no build runs, and none failed', aws(), target.pipeline);
      return printBuildLog(aws(build.place), build, options.follow === true);
    },
  );
}
