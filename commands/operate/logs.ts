import type { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { knownNames } from '../../model/nearest';
import { latestActions, listExecutions } from '../../operator/executions';
import { findBuild, hasBuild } from '../../operator/triage/build-of-interest';
import { awsFor } from '../target/find-target';
import { printBuildLog } from './build-log';
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
      if (!build) throw await noBuild(action, aws(), target.pipeline);
      return printBuildLog(aws(build.place), build, options.follow === true);
    },
  );
}

/** What there is instead: the actions with a build in the newest execution. */
async function noBuild(
  action: string | undefined,
  aws: Parameters<typeof listExecutions>[0] & Parameters<typeof latestActions>[0],
  pipeline: string,
): Promise<SaiondoError> {
  const [newest] = await listExecutions(aws, pipeline, 1);
  const actions = newest ? await latestActions(aws, pipeline, newest.id) : [];
  const builds = [...actions].flatMap(([path, one]) => (hasBuild(one) ? [path] : []));
  return new SaiondoError(action ? `${action} has no build` : 'no build runs, and none failed', {
    code: 'BUILD_MISSING',
    next:
      builds.length === 0
        ? 'saiondo status shows what ran'
        : action
          ? knownNames(action, builds)
          : `name one: ${builds.join(', ')}`,
  });
}
