import { cloudFormationCalls } from './clients/cloudformation.client';
import { codeBuildCalls } from './clients/codebuild.client';
import { codePipelineCalls } from './clients/codepipeline.client';
import { connectionsCalls } from './clients/connections.client';
import { ecrCalls } from './clients/ecr.client';
import { ecsCalls } from './clients/ecs.client';
import { iamCalls } from './clients/iam.client';
import { logsCalls } from './clients/logs.client';
import { s3Calls } from './clients/s3.client';
import type { ClientSettings, Credentials } from './clients/sdk.client';
import { secretsManagerCalls } from './clients/secretsmanager.client';
import { serviceQuotasCalls } from './clients/service-quotas.client';
import { ssmCalls } from './clients/ssm.client';
import { stsCalls } from './clients/sts.client';

/** An account and a region of AWS. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

function callsOf(settings: ClientSettings) {
  return {
    ...codePipelineCalls(settings),
    ...codeBuildCalls(settings),
    ...logsCalls(settings),
    ...cloudFormationCalls(settings),
    ...ecsCalls(settings),
    ...ecrCalls(settings),
    ...s3Calls(settings),
    ...ssmCalls(settings),
    ...iamCalls(settings),
    ...stsCalls(settings),
    ...secretsManagerCalls(settings),
    ...serviceQuotasCalls(settings),
    ...connectionsCalls(settings),
  };
}

/** Every operation that the operator can call, by its API name with a small first letter. */
export type Calls = ReturnType<typeof callsOf>;
/** The name of one of {@link Calls}. */
export type OperationName = keyof Calls;

/**
 * AWS as a describer is given it: only the operations that it names, in the pipeline's account and region or in another place.
 * A describer that calls more does not compile, so what a command may do stands in `operations.ts` and nowhere else.
 */
export type Aws<Names extends OperationName> = (place?: Place) => Pick<Calls, Names>;

/** How AWS is reached. */
export interface Connection {
  /** Where the pipeline is. */
  readonly home: { readonly region: string; readonly account?: string };
  readonly endpoint?: string;
  readonly credentials: (place?: Place) => Credentials;
}

/** Attempts of one call before it fails: throttling is common where a pipeline is watched. */
const MAX_ATTEMPTS = 8;

/** AWS by a connection. Clients are made once a place and when they are first called. */
export function connect<Names extends OperationName>(connection: Connection): Aws<Names> {
  const made = new Map<string, Calls>();
  return (place) => {
    const elsewhere = place !== undefined && place.account !== connection.home.account ? place : undefined;
    const region = place?.region ?? connection.home.region;
    const key = `${elsewhere?.account ?? ''}/${region}`;
    let calls = made.get(key);
    if (!calls) {
      calls = callsOf({
        region,
        credentials: connection.credentials(elsewhere),
        ...(connection.endpoint ? { endpoint: connection.endpoint } : {}),
        retryMode: 'adaptive',
        maxAttempts: MAX_ATTEMPTS,
      });
      made.set(key, calls);
    }
    return calls;
  };
}
