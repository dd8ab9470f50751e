import type { GetRoleCommandInput, GetRoleCommandOutput } from '@aws-sdk/client-iam';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of IAM that the operator calls, by their API names. */
export function iamCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-iam'),
    (sdk) => new sdk.IAMClient(settings),
  );
  return {
    getRole: (input: GetRoleCommandInput): Promise<GetRoleCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetRoleCommand(input))),
  };
}
