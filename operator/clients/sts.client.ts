import type { GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput } from '@aws-sdk/client-sts';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of STS that the operator calls, by their API names. */
export function stsCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-sts'),
    (sdk) => new sdk.STSClient(settings),
  );
  return {
    getCallerIdentity: (input: GetCallerIdentityCommandInput): Promise<GetCallerIdentityCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetCallerIdentityCommand(input))),
  };
}
