import type { DiskLedger } from '../cloudformation/ledger';
import type { Credentials } from '../gateway/credentials';
import { stsHandler } from '../gateway/sts';
import type { AwsHandler } from '../ports/aws-request';
import type { Runs } from '../runs/runs';
import { cloudFormationReads } from './cloudformation/cloudformation';
import type { ControlSource } from './codepipeline/codepipeline-changes';
import { type ApiSources } from './protocol/sources';
import { rehearsalServices } from './rehearsal-services';
import type { StopBuild } from './codebuild/builds-control';
import { ecrReads, type ImageList } from './deployed/ecr-reads';
import { ecsReads } from './deployed/ecs-reads';
import { invalidations } from './deployed/invalidations';
import { recordedReads } from './deployed/recorded-reads';
import type { StackLedger } from '../ports/ledger';
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

/** What the stacks have of services that nothing else answers for: ECS, ECR and invalidations of CloudFront, and the words for what is recorded only. */
export function deployedHandlers(
  ledger: () => StackLedger,
  images: ImageList,
): Readonly<Record<'ecs' | 'ecr' | 'cloudfront' | 'recorded', AwsHandler>> {
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
    cloudfront: invalidations(ledger),
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

/** CodePipeline, CodeBuild and CloudWatch Logs as a rehearsal answers them, by the service's name in a signature. */
export function rehearsalHandlers(
  sources: ApiSources,
  control: ControlSource,
  stopBuild?: StopBuild,
): ReadonlyMap<string, AwsHandler> {
  const services = Object.entries(rehearsalServices(sources, control, stopBuild));
  return new Map(services.map(([name, service]) => [name, serviceHandler(service)]));
}
