import { DiskLedger } from '../../engine/cloudformation/ledger';
import { accessKeyOf } from '../../engine/ports/aws-request';
import type { Layout } from '../../model/layout';
import { rehearsalConnection } from '../../operator/credentials';
import type { Target } from './target';

/**
 * A rehearsal as a target: it speaks for the pipeline's account, with made-up credentials. Without a configuration it is asked as nobody:
 * that sees all.
 * @param known what is known of the pipeline beforehand
 * @param at where the rehearsal answers
 */
export function rehearsalTarget(
  known: Pick<Target, 'pipeline' | 'configuration' | 'checkouts'>,
  layout: Layout,
  at: { readonly endpoint: string; readonly page?: string | undefined; readonly recorded?: boolean },
  more: { readonly name: string; readonly region?: string | undefined },
): Target {
  const deployed = rehearsed(layout).find((one) => one.physicalId === known.pipeline)?.stack;
  const home = {
    account: known.configuration?.pipeline.account ?? deployed?.account ?? '000000000000',
    region: more.region ?? known.configuration?.pipeline.region ?? deployed?.region ?? 'us-east-1',
  };
  return {
    ...known,
    home,
    connection: rehearsalConnection(home, at.endpoint, accessKeyOf),
    rehearsal: {
      layout,
      endpoint: at.endpoint,
      ...(at.page ? { page: at.page } : {}),
      ...(at.recorded ? { recorded: true } : {}),
    },
    name: more.name,
  };
}

/** The pipelines that rehearsals of a folder have deployed. */
export function rehearsed(layout: Layout): ReturnType<DiskLedger['resources']> {
  return new DiskLedger(layout).resources('AWS::CodePipeline::Pipeline');
}
