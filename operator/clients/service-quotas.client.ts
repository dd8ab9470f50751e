import type { ListServiceQuotasCommandInput, ListServiceQuotasCommandOutput } from '@aws-sdk/client-service-quotas';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of Service Quotas that the operator calls, by their API names. */
export function serviceQuotasCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-service-quotas'),
    (sdk) => new sdk.ServiceQuotasClient(settings),
  );
  return {
    listServiceQuotas: (input: ListServiceQuotasCommandInput): Promise<ListServiceQuotasCommandOutput> =>
      call((sdk, client) => client.send(new sdk.ListServiceQuotasCommand(input))),
  };
}
