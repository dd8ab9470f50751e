import type {
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of CloudFormation that the operator calls, by their API names. */
export function cloudFormationCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-cloudformation'),
    (sdk) => new sdk.CloudFormationClient(settings),
  );
  return {
    describeStackEvents: (input: DescribeStackEventsCommandInput): Promise<DescribeStackEventsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeStackEventsCommand(input))),
    describeStacks: (input: DescribeStacksCommandInput): Promise<DescribeStacksCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeStacksCommand(input))),
    describeChangeSet: (input: DescribeChangeSetCommandInput): Promise<DescribeChangeSetCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeChangeSetCommand(input))),
  };
}
