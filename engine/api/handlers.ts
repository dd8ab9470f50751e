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
import { pipelineTags } from './codepipeline/tags';
import { buildsControl, type StopBuild } from './codebuild/builds-control';
import { reportGroupReads } from './codebuild/report-groups';
import { ecrReads, type ImageList } from './deployed/ecr-reads';
import { ecsReads } from './deployed/ecs-reads';
import { recordedReads } from './deployed/recorded-reads';
import { buildsOf } from './codebuild/build-records';
import type { StackLedger } from '../ports/ledger';
import { ruleReads } from './codepipeline/rule-reads';
import { serviceHandler } from './protocol/service';

/** What the runs on disk answer without an engine: nothing can be changed there. */
export function recordedHandlers(
  runs: Runs,
  ledger: () => DiskLedger,
  credentials: Credentials,
): ReadonlyMap<string, AwsHandler> {
  const deployed = deployedHandlers(ledger, () => undefined);
  return new Map([
    ...rehearsalHandlers({ runs, ledger }, () => undefined),
    ['cloudformation', cloudFormationReads(runs, ledger)],
    ['sts', stsHandler(credentials)],
    ['ecs', deployed.ecs],
    ['ecr', deployed.ecr],
  ]);
}

/** What the stacks have of services that nothing else answers for: ECS and ECR, and the words for what is recorded only. */
export function deployedHandlers(
  ledger: () => StackLedger,
  images: ImageList,
): { readonly ecs: AwsHandler; readonly ecr: AwsHandler; readonly recorded: AwsHandler } {
  const invalid = 'InvalidParameterException';
  return {
    ecs: serviceHandler({
      target: 'AmazonEC2ContainerServiceV20141113',
      namespace: 'ecs',
      invalid,
      operations: ecsReads(ledger),
      passesUnknown: true,
    }),
    ecr: serviceHandler({
      target: 'AmazonEC2ContainerRegistry_V20150921',
      namespace: 'ecr',
      invalid,
      operations: ecrReads(ledger, images),
      passesUnknown: true,
    }),
    recorded: recordedReads(ledger),
  };
}

/** Asks handlers in their order until one answers. */
export function firstOf(...handlers: readonly AwsHandler[]): AwsHandler {
  return async (request) => {
    for (const handler of handlers) {
      const answer = await handler(request);
      if (answer) return answer;
    }
    return undefined;
  };
}

/**
 * CodePipeline, CodeBuild and CloudWatch Logs as a rehearsal answers them, by the service's name in a signature. Everything that the first
 * two do not answer is an error of theirs: what stands behind the front would make up pipelines and builds that nothing runs.
 */
export function rehearsalHandlers(
  sources: ApiSources,
  control: ControlSource,
  stopBuild?: StopBuild,
): ReadonlyMap<string, AwsHandler> {
  return new Map([
    [
      'codepipeline',
      serviceHandler({
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
      }),
    ],
    [
      'codebuild',
      serviceHandler({
        target: 'CodeBuild_20161006',
        namespace: 'codebuild',
        invalid: 'InvalidInputException',
        operations: {
          ...codeBuildReads(sources),
          ...buildBatchReads(sources),
          ...reportGroupReads(sources),
          ...buildsControl(sources, stopBuild),
        },
      }),
    ],
    [
      'logs',
      serviceHandler({
        target: 'Logs_20140328',
        namespace: 'cloudwatchlogs',
        invalid: 'InvalidParameterException',
        operations: logsReads(sources),
        // What is asked about a build's log group is not the endpoint's, which knows no such group.
        passesUnknown: (input, caller) => {
          const text = JSON.stringify(input);
          // Its name ends there, or its ARN goes on with a colon: a longer name is another group.
          const names = (group: string): boolean => text.includes(`${group}"`) || text.includes(`${group}:`);
          return !buildsOf(sources.runs, sources.ledger(), caller).some((one) => names(one.logGroup));
        },
        instead: { StartQuery: 'FilterLogEvents finds lines by a pattern' },
      }),
    ],
  ]);
}
