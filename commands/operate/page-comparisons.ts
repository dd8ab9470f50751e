import type { PageComparisons } from '../../engine/api/page/page-server';
import type { Credentials } from '../../engine/gateway/credentials';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { promotionShape, rollbackShape } from '../../model/promotion.shape';
import { commitLog, type Checkout } from '../../operator/commit-log';
import { describeTriage } from '../../operator/triage/triage.describer';
import { triageShape } from '../../operator/triage/evidence/triage.shape';
import { describePromotion, findApproval } from '../../operator/promotion/promotion.describer';
import { describeRollback } from '../../operator/promotion/rollback.describer';
import { readRuns } from '../target/read-runs';
import { differenceTools } from './difference-tools';
import { rehearsalTarget } from '../target/rehearsal-target';
import { awsFor } from '../target/find-target';
import { type Target } from '../target/target';

/**
 * What the page shows before it asks: the values of `saiondo approve` and `saiondo rollback`, read of the runs in this process; what
 * CloudFormation, ECR and S3 know is asked of the rehearsal's own address.
 * @param address where this rehearsal answers; undefined before it does
 * @param checkouts folders that may hold the commits
 */
export function pageComparisons(
  layout: Layout,
  address: () => string | undefined,
  checkouts: readonly Checkout[],
  credentials: Credentials,
): PageComparisons {
  const local = readRuns(layout);
  const targetOf = (pipeline: string): Target => {
    const endpoint = address();
    if (!endpoint) throw new SaiondoError('the rehearsal does not answer yet', { code: 'NOT_RUNNING' });
    const at = { endpoint, local, credentials: (account: string) => credentials.person(account) };
    return rehearsalTarget({ pipeline, checkouts }, layout, at, { name: 'this rehearsal' });
  };
  return {
    promotion: async (pipeline, stage, action) => {
      const target = targetOf(pipeline);
      const aws = awsFor('approve', target);
      const found = await findApproval(aws(), pipeline, `${stage}/${action}`);
      return promotionShape.parse(await describePromotion(aws, found, differenceTools(target, aws)));
    },
    triage: async (pipeline, execution) => {
      const target = targetOf(pipeline);
      const { home, checkouts: known } = target;
      // The page has a button for it: the command that runs it again here is for terminals.
      const request = { pipeline, home, execution, commits: commitLog(known), reproduce: () => '' };
      return triageShape.parse(await describeTriage(awsFor('triage', target), request));
    },
    rollback: async (pipeline, stage, to) => {
      const target = targetOf(pipeline);
      const aws = awsFor('rollback', target);
      return rollbackShape.parse(await describeRollback(aws(), pipeline, stage, to, differenceTools(target, aws)));
    },
  };
}
