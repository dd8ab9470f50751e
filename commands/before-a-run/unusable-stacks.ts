import type { DiskLedger } from '../../engine/cloudformation/ledger';
import { SaiondoError } from '../../model/errors';
import { say } from '../output/print';

/**
 * Refuses a run that would end at a stack which CloudFormation does not update, half an hour later, in the stage of that stack: its first deployment was rolled back
 * (CloudFormation User Guide, "Understand stack creation and update events", ROLLBACK_COMPLETE). Nothing of it is left but its name.
 * @param remove whether such stacks are deleted first, as a person does it on AWS
 * @throws SaiondoError `STACK_UNUSABLE` with each stack, why it was rolled back, and the command
 */
export function checkRolledBack(ledger: DiskLedger, remove: boolean): void {
  const left = ledger.list().filter(({ status }) => status === 'ROLLBACK_COMPLETE');
  if (left.length === 0) return;
  if (remove) {
    for (const { account, region, stackName } of left) {
      ledger.remove(account, region, stackName);
      say(
        `deleted ${stackName} of account ${account}: its first deployment was rolled back, and nothing of it was left`,
      );
    }
    return;
  }
  const all = left.map(({ account, stackName, lastChangeSet }) => {
    const why = lastChangeSet?.reason
      ? `: ${lastChangeSet.logicalId ?? ''} ${lastChangeSet.reason.split('\n')[0] ?? ''}`
      : '';
    return `${stackName} of account ${account} is in ROLLBACK_COMPLETE${why}`;
  });
  const onAws = left.map(
    ({ region, stackName }) => `aws cloudformation delete-stack --region ${region} --stack-name ${stackName}`,
  );
  throw new SaiondoError(
    `${all.join('\n')}\nCloudFormation takes no update of a stack whose first deployment was rolled back`,
    {
      code: 'STACK_UNUSABLE',
      next: `fix what it says, then saiondo rehearse --delete-rolled-back with the other options as before; on AWS: ${onAws.join('; ')}`,
    },
  );
}
