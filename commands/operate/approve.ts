import * as os from 'node:os';
import type { Command } from 'commander';
import { SaiondoError } from '../../model/errors';
import { describePromotion, findApproval } from '../../operator/promotion/promotion.describer';
import { promotionShape } from '../../model/promotion.shape';
import type { OpenApproval } from '../../operator/status.describer';
import { confirm } from './confirm';
import { differenceTools } from './difference-tools';
import { operatorCommand, printJson } from './operator-command';
import { paintFor } from '../output/paint';
import { showPromotion } from '../output/promotion';
import { printPaged } from '../output/pager';
import { awsFor } from '../target/find-target';
import { type Target } from '../target/target';
import { say } from '../output/print';

interface Options {
  comment?: string;
  execution?: string;
  yes?: boolean;
  dryRun?: boolean;
  full?: boolean;
  json?: boolean;
}

/** The longest comment that PutApprovalResult takes (API Reference, ApprovalResult.summary). */
const LONGEST = 512;

/** `saiondo approve`: shows what the stage will get, asks, and approves. */
export function approveCommand(): Command {
  return operatorCommand<Options>(
    'approve',
    'show what a stage will get, and approve it',
    [
      'approve',
      'approve Prod --comment "release 42"',
      'approve Prod --execution 1f0a7c3e --yes',
      'approve --dry-run --json',
    ],
    (command) =>
      decisionOptions(command)
        .option('--dry-run', 'show what the stage will get, and change nothing')
        .option('--full', 'list every permission and resource that changes')
        .option('--json', 'print what the stage will get as JSON'),
    async ({ target, now }, options, [stage]) => {
      const aws = awsFor('approve', target);
      const found = await findApproval(aws(), target.pipeline, stage);
      refuseOther(found.approval, options.execution);
      const promotion = await describePromotion(aws, found, differenceTools(target, aws, aws));
      if (options.json) printJson(promotionShape, promotion);
      else
        printPaged(
          showPromotion(promotion, paintFor(process.stdout), { full: options.full === true, now: now.getTime() }),
        );
      if (options.dryRun) return 0;
      await confirm(`Approve ${found.approval.stage} for ${found.approval.executionId}?`, options.yes);
      await decide(aws(), target, found.approval, 'Approved', options.comment);
      return 0;
    },
  );
}

/** `saiondo reject`: rejects the approval that waits. */
export function rejectCommand(): Command {
  return operatorCommand<Options>(
    'reject',
    'reject the approval that waits',
    ['reject Prod --comment "the migration locks the users’ table"', 'reject --execution 1f0a7c3e --yes'],
    decisionOptions,
    async ({ target }, options, [stage]) => {
      const aws = awsFor('reject', target)();
      const { approval } = await findApproval(aws, target.pipeline, stage);
      refuseOther(approval, options.execution);
      await confirm(`Reject ${approval.stage} for ${approval.executionId}?`, options.yes);
      await decide(aws, target, approval, 'Rejected', options.comment);
      return 0;
    },
  );
}

function decisionOptions(command: Command): Command {
  return command
    .argument('[stage]', 'the stage whose approval is meant (the one that waits)')
    .option('--comment <TEXT>', 'why; it stands in the execution’s history')
    .option('--execution <ID>', 'refuse unless this execution waits: its id or its first characters')
    .option('--yes', 'do not ask');
}

function refuseOther(approval: OpenApproval, execution: string | undefined): void {
  if (execution === undefined || approval.executionId.startsWith(execution)) return;
  throw new SaiondoError(`${approval.executionId} waits in ${approval.stage}, not ${execution}: nothing was changed`, {
    code: 'ANOTHER_EXECUTION',
    next: 'look at what waits with saiondo approve --dry-run',
  });
}

/**
 * Answers the approval that was shown, and no other: a newer execution may have taken its place while somebody read.
 * @throws SaiondoError `ANOTHER_EXECUTION`
 */
async function decide(
  aws: Parameters<typeof findApproval>[0] & Pick<ReturnType<ReturnType<typeof awsFor<'reject'>>>, 'putApprovalResult'>,
  target: Target,
  shown: OpenApproval,
  status: 'Approved' | 'Rejected',
  comment: string | undefined,
): Promise<void> {
  const { approval: now } = await findApproval(aws, target.pipeline, `${shown.stage}/${shown.action}`);
  if (now.token !== shown.token || now.executionId !== shown.executionId)
    throw new SaiondoError(
      `${now.executionId} waits now, not ${shown.executionId} that was shown: nothing was changed`,
      {
        code: 'ANOTHER_EXECUTION',
        next: 'look at it again',
      },
    );
  const summary = (comment ?? `${status.toLowerCase()} by ${os.userInfo().username} with saiondo`).slice(0, LONGEST);
  await aws.putApprovalResult({
    pipelineName: target.pipeline,
    stageName: shown.stage,
    actionName: shown.action,
    token: shown.token,
    result: { status, summary },
  });
  say(`${shown.stage}/${shown.action} is ${status.toLowerCase()}`);
}
