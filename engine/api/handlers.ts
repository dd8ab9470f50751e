import type { DiskLedger } from '../cloudformation/ledger';
import type { Credentials } from '../gateway/credentials';
import { stsHandler } from '../gateway/sts';
import type { AwsHandler } from '../ports/aws-request';
import type { Runs } from '../runs/runs';
import { cloudFormationReads } from './cloudformation/cloudformation';
import { buildBatchReads } from './codebuild/build-batches';
import { codeBuildReads } from './codebuild/codebuild';
import { codePipelineChanges, type ControlSource } from './codepipeline/codepipeline-changes';
import { codePipelineReads } from './codepipeline/codepipeline-reads';
import { type ApiSources } from './protocol/sources';
import { logsReads } from './logs/logs';
import { ruleReads } from './codepipeline/rule-reads';
import { serviceHandler } from './protocol/service';

/** What the runs on disk answer without an engine: nothing can be changed there. */
export function recordedHandlers(
  runs: Runs,
  ledger: () => DiskLedger,
  credentials: Credentials,
): ReadonlyMap<string, AwsHandler> {
  return new Map([
    ...rehearsalHandlers({ runs, ledger }, () => undefined),
    ['cloudformation', cloudFormationReads(runs, ledger)],
    ['sts', stsHandler(credentials)],
  ]);
}

/**
 * CodePipeline, CodeBuild and CloudWatch Logs as a rehearsal answers them, by the service's name in a signature. Everything that the first
 * two do not answer is an error of theirs: what stands behind the front would make up pipelines and builds that nothing runs.
 */
export function rehearsalHandlers(sources: ApiSources, control: ControlSource): ReadonlyMap<string, AwsHandler> {
  return new Map([
    [
      'codepipeline',
      serviceHandler({
        target: 'CodePipeline_20150709',
        namespace: 'codepipeline',
        invalid: 'ValidationException',
        operations: { ...codePipelineReads(sources), ...ruleReads(sources), ...codePipelineChanges(sources, control) },
      }),
    ],
    [
      'codebuild',
      serviceHandler({
        target: 'CodeBuild_20161006',
        namespace: 'codebuild',
        invalid: 'InvalidInputException',
        operations: { ...codeBuildReads(sources), ...buildBatchReads(sources) },
      }),
    ],
    [
      'logs',
      serviceHandler({
        target: 'Logs_20140328',
        namespace: 'cloudwatchlogs',
        invalid: 'InvalidParameterException',
        operations: logsReads(sources),
        passesUnknown: true,
      }),
    ],
  ]);
}
