import type { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { rollbackShape, type Rollback } from '../../model/promotion.shape';
import { describeRollback } from '../../operator/promotion/rollback.describer';
import { confirm } from './confirm';
import { differenceTools } from './difference-tools';
import { operatorCommand, printJson } from './operator-command';
import { showDifference } from '../output/difference';
import { paintFor, table, type Paint } from '../output/paint';
import { revisionsText } from '../output/status';
import { awsFor } from '../target/find-target';
import { print, say } from '../output/print';

interface Options {
  to?: string;
  dryRun?: boolean;
  json?: boolean;
  yes?: boolean;
}

/** `saiondo rollback`: CodePipeline's stage rollback, and what it cannot take back. */
export function rollbackCommand(): Command {
  return operatorCommand<Options>(
    'rollback',
    'return a stage to an execution that succeeded in it; says beforehand what returns and what cannot',
    ['rollback Prod', 'rollback Prod --to 1f0a7c3e', 'rollback Prod --dry-run --json'],
    (command) =>
      command
        .argument('<stage>', 'the stage')
        .option('--to <EXECUTION>', 'its id or its first characters (the newest that can be returned to)')
        .option('--dry-run', 'show it, and change nothing')
        .option('--json', 'print it as JSON')
        .option('--yes', 'do not ask'),
    async ({ target }, options, [stage = '']) => {
      const aws = awsFor('rollback', target);
      const rollback = await describeRollback(aws(), target.pipeline, stage, options.to, differenceTools(target, aws));
      if (options.json) printJson(rollbackShape, rollback);
      else print(showRollback(rollback, paintFor(process.stdout)));
      const { target: to } = rollback;
      if (!to && !options.dryRun)
        throw new SaiondoError(`${stage} cannot be returned to ${options.to ?? 'any execution'}: nothing was changed`, {
          code: 'NOT_ELIGIBLE',
          next: 'revert the commit and push: the pipeline delivers what was before',
        });
      if (options.dryRun || !to) return 0;
      await confirm(`Return ${stage} to ${to.id}?`, options.yes);
      const { pipelineExecutionId } = await aws().rollbackStage({
        pipelineName: target.pipeline,
        stageName: stage,
        targetPipelineExecutionId: to.id,
      });
      say(`${stage} returns to ${to.id}`);
      print(`${pipelineExecutionId ?? ''}`);
      return 0;
    },
  );
}

function showRollback(rollback: Rollback, paint: Paint): string {
  const { colours } = paint;
  const { current, target, candidates, difference } = rollback;
  return [
    `${colours.bold(rollback.stage)} has   ${current ? `${current.id}  ${revisionsText(current.revisions)}` : 'nothing'}`,
    target
      ? `returns to ${target.id}  ${revisionsText(target.revisions)}`
      : colours.yellow('No earlier version to roll back to'),
    '',
    table(
      paint,
      ['execution', 'commit', 'can be returned to'],
      candidates.map((one) => [one.id, revisionsText(one.revisions), one.eligible ? 'yes' : (one.why ?? 'no')]),
    ),
    ...(difference
      ? ['', ...cannotReturn(difference, paint), 'The rollback undoes:', ...showDifference(difference, paint)]
      : []),
  ].join('\n');
}

/** A rollback deploys old code again. What was done to data and on chains stays. */
function cannotReturn({ migrations, contracts }: NonNullable<Rollback['difference']>, { colours }: Paint): string[] {
  return [
    ...migrations.map((one) =>
      colours.red(`stays: the migration ${one.name}; the code that returns has to work with it`),
    ),
    ...contracts.map((one) =>
      colours.red(`stays: what was deployed of ${one}; the code that returns keeps the address it had`),
    ),
    ...(migrations.length + contracts.length > 0 ? [''] : []),
  ];
}
