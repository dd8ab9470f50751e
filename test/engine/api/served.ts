import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { recordedHandlers, rehearsalHandlers } from '../../../engine/api/handlers';
import { DiskLedger } from '../../../engine/cloudformation/ledger';
import type { PipelineControl } from '../../../engine/ports/pipeline-control';
import { AwsFront } from '../../../engine/endpoint/front';
import { accessKeyOf } from '../../../engine/ports/aws-request';
import { Runs } from '../../../engine/runs/runs';
import type { Layout } from '../../../model/layout';
import { ACCOUNT, REGION } from '../../../bench/recorded-run';

/** The API over a folder of runs, and the SDK's clients of it. */
export interface Served {
  readonly url: string;
  readonly pipelines: CodePipelineClient;
  readonly builds: CodeBuildClient;
  readonly logs: CloudWatchLogsClient;
  close(): Promise<void>;
}

export async function serve(
  layout: Layout,
  options: { control?: PipelineControl; account?: string; region?: string } = {},
): Promise<Served> {
  const sources = { runs: new Runs(layout), ledger: () => new DiskLedger(layout) };
  const front = new AwsFront(
    () => undefined,
    new Map([...recordedHandlers(sources.runs, sources.ledger), ...rehearsalHandlers(sources, () => options.control)]),
  );
  const url = await front.listen();
  const settings = {
    endpoint: url,
    region: options.region ?? REGION,
    credentials: { accessKeyId: accessKeyOf(options.account ?? ACCOUNT), secretAccessKey: 'rehearsal' },
    maxAttempts: 1,
  };
  const pipelines = new CodePipelineClient(settings);
  const builds = new CodeBuildClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  return {
    url,
    pipelines,
    builds,
    logs,
    close: async () => {
      for (const client of [pipelines, builds, logs]) client.destroy();
      await front.close();
    },
  };
}
