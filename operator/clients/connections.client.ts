import type { GetConnectionCommandInput, GetConnectionCommandOutput } from '@aws-sdk/client-codestar-connections';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of CodeConnections that the operator calls, by their API names. */
export function connectionsCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-codestar-connections'),
    (sdk) => new sdk.CodeStarConnectionsClient(settings),
  );
  return {
    getConnection: (input: GetConnectionCommandInput): Promise<GetConnectionCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetConnectionCommand(input))),
  };
}
