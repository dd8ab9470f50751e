import type {
  BatchGetBuildsCommandInput,
  BatchGetBuildsCommandOutput,
  BatchGetProjectsCommandInput,
  BatchGetProjectsCommandOutput,
  BatchGetReportsCommandInput,
  BatchGetReportsCommandOutput,
  DescribeTestCasesCommandInput,
  DescribeTestCasesCommandOutput,
} from '@aws-sdk/client-codebuild';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of CodeBuild that the operator calls, by their API names. */
export function codeBuildCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-codebuild'),
    (sdk) => new sdk.CodeBuildClient(settings),
  );
  return {
    batchGetBuilds: (input: BatchGetBuildsCommandInput): Promise<BatchGetBuildsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.BatchGetBuildsCommand(input))),
    batchGetProjects: (input: BatchGetProjectsCommandInput): Promise<BatchGetProjectsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.BatchGetProjectsCommand(input))),
    batchGetReports: (input: BatchGetReportsCommandInput): Promise<BatchGetReportsCommandOutput> =>
      call((sdk, client) => client.send(new sdk.BatchGetReportsCommand(input))),
    describeTestCases: (input: DescribeTestCasesCommandInput): Promise<DescribeTestCasesCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeTestCasesCommand(input))),
  };
}
