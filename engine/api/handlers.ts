import type { AwsHandler } from '../local/front';
import { codeBuildReads } from './codebuild';
import { codePipelineChanges, type ControlSource } from './codepipeline-changes';
import { codePipelineReads, type ApiSources } from './codepipeline-reads';
import { logsReads } from './logs';
import { serviceHandler } from './service';

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
        operations: { ...codePipelineReads(sources), ...codePipelineChanges(sources, control) },
      }),
    ],
    [
      'codebuild',
      serviceHandler({
        target: 'CodeBuild_20161006',
        namespace: 'codebuild',
        invalid: 'InvalidInputException',
        operations: codeBuildReads(sources),
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
