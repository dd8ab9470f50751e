import { cloudFormationCalls } from './clients/cloudformation.client';
import { codeBuildCalls } from './clients/codebuild.client';
import { codePipelineCalls } from './clients/codepipeline.client';
import { connectionsCalls } from './clients/connections.client';
import { ecrCalls } from './clients/ecr.client';
import { ecsCalls } from './clients/ecs.client';
import { iamCalls } from './clients/iam.client';
import { kmsCalls } from './clients/kms.client';
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

function callsOf(settings: ClientSettings, local?: LocalAnswer) {
  return {
    ...answeredBy(local, 'codepipeline', codePipelineCalls(settings)),
    ...answeredBy(local, 'codebuild', codeBuildCalls(settings)),
    ...answeredBy(local, 'logs', logsCalls(settings)),
    ...cloudFormationCalls(settings),
    ...ecsCalls(settings),
    ...ecrCalls(settings),
    ...s3Calls(settings),
    ...ssmCalls(settings),
    ...iamCalls(settings),
    ...kmsCalls(settings),
    ...stsCalls(settings),
    ...secretsManagerCalls(settings),
    ...serviceQuotasCalls(settings),
    ...connectionsCalls(settings),
  };
}

/**
 * Answers an operation of a rehearsal in this process: no SDK is loaded, nothing is signed, encoded and sent.
 * @param operation its name in the API: `GetPipelineState`
 * @returns the output as the SDK gives it; undefined leaves the call to the endpoint
 * @throws an error that is named and shaped as the SDK's
 */
export type LocalAnswer = (
  service: 'codepipeline' | 'codebuild' | 'logs',
  operation: string,
  input: object,
) => Promise<object | undefined>;

/** A service's calls, each asked in this process first. */
function answeredBy<ServiceCalls extends Readonly<Record<string, (input: never) => Promise<object>>>>(
  local: LocalAnswer | undefined,
  service: Parameters<LocalAnswer>[0],
  calls: ServiceCalls,
): ServiceCalls {
  if (!local) return calls;
  const asked = Object.entries(calls).map(([name, call]) => {
    const operation = name.charAt(0).toUpperCase() + name.slice(1);
    return [name, async (input: never) => (await local(service, operation, input)) ?? call(input)] as const;
  });
  return Object.fromEntries(asked) as unknown as ServiceCalls;
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
  /** Another endpoint than AWS's own. A function begins to answer there when the first call needs it. */
  readonly endpoint?: string | (() => Promise<{ readonly url: URL }>);
  /** Who answers in this process, as a caller of an account and region. */
  readonly local?: (place: Place) => LocalAnswer;
  readonly credentials: (place?: Place) => Credentials;
}

/** Attempts of one call before it fails: throttling is common where a pipeline is watched. */
const MAX_ATTEMPTS = 8;

/** AWS by a connection. Clients are made once a place and when they are first called. */
export function connect<Names extends OperationName>(connection: Connection): Aws<Names> {
  // The SDK's versions are pinned here, and its warning about Node's is for those who update them.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const made = new Map<string, Calls>();
  return (place) => {
    const elsewhere = place !== undefined && place.account !== connection.home.account ? place : undefined;
    const region = place?.region ?? connection.home.region;
    const key = `${elsewhere?.account ?? ''}/${region}`;
    let calls = made.get(key);
    if (!calls) {
      const account = elsewhere?.account ?? connection.home.account ?? '';
      const settings: ClientSettings = {
        region,
        credentials: connection.credentials(elsewhere),
        ...(connection.endpoint ? { endpoint: connection.endpoint } : {}),
        retryMode: 'adaptive',
        maxAttempts: MAX_ATTEMPTS,
      };
      calls = callsOf(settings, connection.local?.({ account, region }));
      made.set(key, calls);
    }
    return calls;
  };
}
