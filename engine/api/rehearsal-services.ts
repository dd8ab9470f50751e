import { codeBuildReads } from './codebuild/codebuild';
import { buildBatchReads } from './codebuild/build-batches';
import { buildsOf } from './codebuild/build-records';
import { buildsControl, type StopBuild } from './codebuild/builds-control';
import { reportGroupReads } from './codebuild/report-groups';
import { codePipelineChanges, type ControlSource } from './codepipeline/codepipeline-changes';
import { codePipelineReads } from './codepipeline/codepipeline-reads';
import { ruleReads } from './codepipeline/rule-reads';
import { pipelineTags } from './codepipeline/tags';
import { logsReads } from './logs/logs';
import type { ServiceDefinition } from './protocol/service';
import type { ApiSources } from './protocol/sources';

/** The services that a rehearsal answers from its runs, by their names in a signature. */
export type RehearsalService = 'codepipeline' | 'codebuild' | 'logs';

/**
 * CodePipeline, CodeBuild and CloudWatch Logs over the runs. Everything that the first two do not answer is an error of theirs: the endpoint
 * behind would make up pipelines and builds that nothing runs.
 */
export function rehearsalServices(
  sources: ApiSources,
  control: ControlSource,
  stopBuild?: StopBuild,
): Readonly<Record<RehearsalService, ServiceDefinition>> {
  return {
    codepipeline: {
      target: 'CodePipeline_20150709',
      namespace: 'codepipeline',
      invalid: 'ValidationException',
      operations: {
        ...codePipelineReads(sources),
        ...ruleReads(sources),
        ...pipelineTags(sources),
        ...codePipelineChanges(sources, control),
      },
      instead: {
        UpdatePipeline: 'The pipeline is what its stack deploys: change the app and rehearse it',
        ListActionTypes: 'docs/fidelity.md lists the action types that a rehearsal runs',
      },
    },
    codebuild: {
      target: 'CodeBuild_20161006',
      namespace: 'codebuild',
      invalid: 'InvalidInputException',
      operations: {
        ...codeBuildReads(sources),
        ...buildBatchReads(sources),
        ...reportGroupReads(sources),
        ...buildsControl(sources, stopBuild),
      },
    },
    logs: {
      target: 'Logs_20140328',
      namespace: 'cloudwatchlogs',
      invalid: 'InvalidParameterException',
      operations: logsReads(sources),
      // What is asked about a build's log group is not the endpoint's, which knows no such group.
      passesUnknown: (input, caller) => {
        const text = JSON.stringify(input);
        // Its name ends there, or its ARN continues with a colon: a longer name is another group.
        const names = (group: string): boolean => text.includes(`${group}"`) || text.includes(`${group}:`);
        return !buildsOf(sources.runs, sources.ledger(), caller).some((one) => names(one.logGroup));
      },
      instead: { StartQuery: 'FilterLogEvents finds lines by a pattern' },
    },
  };
}
