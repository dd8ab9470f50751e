import type { STSClientConfig } from '@aws-sdk/client-sts';

/** Credentials, or what finds them: as every client of the SDK takes them. */
export type Credentials = NonNullable<STSClientConfig['credentials']>;

/** What every client of the SDK is made with. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: Credentials;
  /** Another endpoint than AWS's own: a rehearsal's. A function is called before the first request. */
  readonly endpoint?: string | (() => Promise<{ readonly url: URL }>);
  /** `adaptive` slows down by itself when AWS throttles (AWS SDKs and Tools Reference Guide, "Retry behavior"). */
  readonly retryMode: 'adaptive';
  readonly maxAttempts: number;
}

/**
 * Loads an SDK package and makes its client when the first call needs it: a command pays for the services that it calls and for no others.
 * @returns how to make a call with both
 */
export function lazily<Sdk, Client>(
  load: () => Promise<Sdk>,
  make: (sdk: Sdk) => Client,
): <Output>(call: (sdk: Sdk, client: Client) => Promise<Output>) => Promise<Output> {
  let ready: Promise<{ sdk: Sdk; client: Client }> | undefined;
  return async (call) => {
    ready ??= load().then((sdk) => ({ sdk, client: make(sdk) }));
    const { sdk, client } = await ready;
    return call(sdk, client);
  };
}
