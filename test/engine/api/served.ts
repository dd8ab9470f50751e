import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { recordedHandlers, rehearsalHandlers } from '../../../engine/api/handlers';
import { DiskLedger } from '../../../engine/cloudformation/ledger';
import type { PipelineControl } from '../../../engine/ports/pipeline-control';
import { Credentials, type PersonKey } from '../../../engine/gateway/credentials';
import { AwsGateway } from '../../../engine/gateway/gateway';
import type { AwsCredentials } from '../../../engine/ports/principal';

import { Runs } from '../../../engine/runs/runs';
import type { Layout } from '../../../model/layout';
import { ACCOUNT, REGION } from '../../../bench/recorded-run';

/** The API over a folder of runs, and the SDK's clients of it. */
export interface Served {
  readonly url: string;
  /** A person's credentials in an account. */
  readonly credentials: (account: string) => AwsCredentials;
  readonly pipelines: CodePipelineClient;
  readonly builds: CodeBuildClient;
  readonly logs: CloudWatchLogsClient;
  /** As a person's commands find it. */
  readonly key: PersonKey;
  close(): Promise<void>;
}

export async function serve(
  layout: Layout,
  options: { control?: PipelineControl; account?: string; region?: string } = {},
): Promise<Served> {
  const sources = { runs: new Runs(layout), ledger: () => new DiskLedger(layout) };
  const credentials = new Credentials('tester');
  const gateway = new AwsGateway({
    credentials,
    handlers: new Map([
      ...recordedHandlers(sources.runs, sources.ledger, credentials),
      ...rehearsalHandlers(sources, () => options.control),
    ]),
  });
  const url = await gateway.listen();
  const settings = {
    endpoint: url,
    region: options.region ?? REGION,
    credentials: credentials.person(options.account ?? ACCOUNT),
    maxAttempts: 1,
  };
  const pipelines = new CodePipelineClient(settings);
  const builds = new CodeBuildClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  return {
    url,
    credentials: (account) => credentials.person(account),
    key: credentials.personKey,
    pipelines,
    builds,
    logs,
    close: async () => {
      for (const client of [pipelines, builds, logs]) client.destroy();
      await gateway.close();
    },
  };
}
