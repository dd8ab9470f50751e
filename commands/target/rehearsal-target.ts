import { DiskLedger } from '../../engine/cloudformation/ledger';
import type * as AwsClient from '../../engine/endpoint/aws-client';
import type { AwsCredentials } from '../../engine/ports/principal';
import type { Layout } from '../../model/layout';
import { loadLater } from '../../model/load-later';
import type { Connection } from '../../operator/aws';
import { rehearsalConnection } from '../../operator/rehearsal-connection';
import type { Target } from './target';

/**
 * A rehearsal as a target: it speaks for the pipeline's account, with its person's credentials. Without a configuration
 * they name no account: those see all.
 * @param known what is known of the pipeline beforehand
 * @param at where the rehearsal answers
 */
export function rehearsalTarget(
  known: Pick<Target, 'pipeline' | 'configuration' | 'checkouts'>,
  layout: Layout,
  at: RehearsalAddress,
  more: { readonly name: string; readonly region?: string | undefined },
): Target {
  const deployed = rehearsed(layout).find((one) => one.physicalId === known.pipeline)?.stack;
  const home = {
    account: known.configuration?.pipeline.account ?? deployed?.account ?? '000000000000',
    region: more.region ?? known.configuration?.pipeline.region ?? deployed?.region ?? 'us-east-1',
  };
  const { endpoint } = at;
  return {
    ...known,
    home,
    connection: rehearsalConnection(home, endpoint, at.credentials, at.local),
    rehearsal: {
      layout,
      ...(typeof endpoint === 'string' ? { page: () => pageAddress(endpoint, at) } : {}),
    },
    name: more.name,
  };
}

/** Where a rehearsal answers, and as whom it is asked. */
export interface RehearsalAddress {
  /** A function for runs on disk, which no engine serves: it begins to answer when a call needs it. */
  readonly endpoint: NonNullable<Connection['endpoint']>;
  readonly credentials: (account: string) => AwsCredentials;
  /** Who answers in this process. */
  readonly local?: Connection['local'];
  /** It has a page. */
  readonly page?: boolean;
}

/** The page's address with a ticket that opens it once, asked of the rehearsal as its person. */
async function pageAddress(endpoint: string, { page, credentials }: RehearsalAddress): Promise<string> {
  if (!page) return endpoint;
  const { callJson } = loadLater<typeof AwsClient>(__filename, '../../engine/endpoint/aws-client');
  const to = { endpointUrl: endpoint, credentials };
  const { ticket } = await callJson<{ ticket: string }>(
    to,
    '000000000000',
    'us-east-1',
    'saiondo',
    'Saiondo.CreateTicket',
    {},
  );
  return `${endpoint}/#ticket=${ticket}`;
}

/** The pipelines that rehearsals of a folder have deployed. */
export function rehearsed(layout: Layout): ReturnType<DiskLedger['resources']> {
  return new DiskLedger(layout).resources('AWS::CodePipeline::Pipeline');
}
