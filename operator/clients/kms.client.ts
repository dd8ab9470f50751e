import type { GetKeyPolicyCommandInput, GetKeyPolicyCommandOutput } from '@aws-sdk/client-kms';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of AWS KMS that the operator calls, by their API names. */
export function kmsCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-kms'),
    (sdk) => new sdk.KMSClient(settings),
  );
  return {
    getKeyPolicy: (input: GetKeyPolicyCommandInput): Promise<GetKeyPolicyCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetKeyPolicyCommand(input))),
  };
}
