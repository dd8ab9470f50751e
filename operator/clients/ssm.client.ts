import type { GetParameterCommandInput, GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of Systems Manager that the operator calls, by their API names. */
export function ssmCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-ssm'),
    (sdk) => new sdk.SSMClient(settings),
  );
  return {
    getParameter: (input: GetParameterCommandInput): Promise<GetParameterCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetParameterCommand(input))),
  };
}
