import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { commitLog } from '../../operator/commit-log';
import type { Execution } from '../../model/revision.shape';
import { findBuild } from '../../operator/triage/build-of-interest';
import { describeTriage } from '../../operator/triage/triage.describer';
import { triageShape, type Triage } from '../../operator/triage/evidence/triage.shape';
import { operatorCommand, printJson } from './operator-command';
import { runOfExecution } from './run-of-execution';
import { paintFor } from '../output/paint';
import { showTriage } from '../output/triage';
import { awsFor } from '../target/find-target';
import { type Target } from '../target/target';
import { print } from '../output/print';
import { noBuild, printBuildLog } from './build-log';

interface Options {
  log?: boolean;
  follow?: boolean;
  action?: string;
  json?: boolean;
}

/** `saiondo triage`: the cause, not the log. */
export function triageCommand(): Command {
  return operatorCommand<Options>(
    'triage',
    'why an execution failed: the action, the command, the cause, since when, and how to see it again here',
    [
      'triage',
      'triage 1f0a7c3e',
      'triage --log > build.log',
      'triage --follow --action Verify/ApiTest',
      'triage --json | jq -r ".failure.cause.summary"',
    ],
    (command) =>
      command
        .argument('[execution]', 'an execution’s id or its first characters (the newest that failed)')
        .option('--log', 'print the whole log of the failed build')
        .option('--follow', 'print the log of a build that runs, until it ends')
        .option('--action <STAGE/ACTION>', 'with --log and --follow: the build of this action')
        .option('--json', 'print it as JSON'),
    async ({ target }, options, [execution]) => {
      const aws = awsFor('triage', target);
      if (options.action && !options.log && !options.follow)
        throw new SaiondoError('--action names the build whose log is printed, and no log is asked for', {
          code: 'USAGE',
          next: `saiondo logs ${options.action} prints its log; saiondo triage [execution] explains the failure`,
        });
      if (options.log || options.follow) {
        const build = await findBuild(aws, {
          pipeline: target.pipeline,
          home: target.home,
          running: options.follow === true,
          ...(execution ? { execution } : {}),
          ...(options.action ? { action: options.action } : {}),
        });
        if (!build)
          throw await noBuild(
            options.action,
            options.follow ? 'no build runs' : 'no build failed',
            aws(),
            target.pipeline,
          );
        return printBuildLog(aws(build.place), build, options.follow === true);
      }
      const triage = await describeTriage(aws, {
        pipeline: target.pipeline,
        home: target.home,
        commits: commitLog(target.checkouts),
        reproduce: (action, of) => reproduction(target, action, of),
        ...(execution ? { execution } : {}),
      });
      if (options.json) printJson(triageShape, triage);
      else print(showTriage(triage, paintFor(process.stdout), localLog(target, triage)));
      return 0;
    },
  );
}

/** The file with the whole log of a rehearsal's failed build, or the command that prints it; empty where no build failed; undefined on AWS. */
function localLog({ rehearsal }: Target, { execution, failure }: Triage): string | undefined {
  if (!rehearsal) return undefined;
  if (!failure?.build || !execution) return '';
  const run = runOfExecution(rehearsal.layout, execution.id);
  const file = run && path.join(rehearsal.layout.build(run, failure.build.id), 'log.txt');
  if (file && fs.existsSync(file)) return path.relative(process.cwd(), file);
  return `saiondo logs ${failure.action} --execution ${execution.id.slice(0, 8)}`;
}

/** The command that runs the action again here: on the artifacts of the rehearsal's run, or from the commit that failed on AWS. */
function reproduction(target: Target, action: string, execution: Execution): string {
  // A folder that is being served has its engine: another rehearsal cannot start there, and the served one takes requests.
  if (target.rehearsal?.page) return `saiondo retry ${action.split('/')[0] ?? action}`;
  if (target.rehearsal) {
    const run = runOfExecution(target.rehearsal.layout, execution.id);
    const directory = path.relative(process.cwd(), target.rehearsal.layout.root);
    return `saiondo rehearse ${directory === '.saiondo' ? '' : `--directory ${directory} `}${run ? `--resume ${run} ` : ''}--only ${action}`;
  }
  const { application, pipeline } = target.configuration?.repositories ?? {};
  const sources = execution.revisions.map((revision) => {
    const repository =
      revision.repository ??
      (revision.source === 'Pipeline' ? pipeline?.name : undefined) ??
      application?.name ??
      revision.source;
    const at = repository === pipeline?.name ? '.' : '../saiondo';
    return `--source ${repository}=${at}@${revision.commit}`;
  });
  const stage = action.split('/')[0] ?? action;
  return `saiondo rehearse ${[...sources, `--until ${stage}`].join(' ')}`;
}
