import type {
  DescribeServicesCommandInput,
  DescribeServicesCommandOutput,
  ListTasksCommandInput,
  ListTasksCommandOutput,
  DescribeTasksCommandInput,
  DescribeTasksCommandOutput,
} from '@aws-sdk/client-ecs';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of Amazon ECS that the operator calls, by their API names. */
export function ecsCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-ecs'),
    (sdk) => new sdk.ECSClient(settings),
  );
  return {
    describeServices: (input: DescribeServicesCommandInput): Promise<DescribeServicesCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeServicesCommand(input))),
    listTasks: (input: ListTasksCommandInput): Promise<ListTasksCommandOutput> =>
      call((sdk, client) => client.send(new sdk.ListTasksCommand(input))),
    describeTasks: (input: DescribeTasksCommandInput): Promise<DescribeTasksCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeTasksCommand(input))),
  };
}
