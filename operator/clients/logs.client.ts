import type { GetLogEventsCommandInput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of CloudWatch Logs that the operator calls, by their API names. */
export function logsCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-cloudwatch-logs'),
    (sdk) => new sdk.CloudWatchLogsClient(settings),
  );
  return {
    getLogEvents: (input: GetLogEventsCommandInput): Promise<GetLogEventsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetLogEventsCommand(input))),
  };
}
