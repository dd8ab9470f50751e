import type { Build, BuildBatch, BuildGroup } from '@aws-sdk/client-codebuild';
import { z } from 'zod';
import type { ResourceOfStack } from '../../ports/ledger';
import { ApiError } from '../protocol/api-error';
import { buildsOf, openBuild, type KnownBuild } from './build-records';
import { buildShape, projectShape } from './codebuild-shapes';
import type { ApiSources } from '../protocol/sources';
import { page } from '../protocol/paging';
import { operation, sees, type Caller, type Operation } from '../protocol/service';

const INVALID = 'InvalidInputException';
const listing = {
  filter: z
    .object({ status: z.enum(['SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT', 'IN_PROGRESS', 'STOPPED']).optional() })
    .optional(),
  maxResults: z.number().int().min(1).max(100).optional(),
  sortOrder: z.enum(['ASCENDING', 'DESCENDING']).optional(),
  nextToken: z.string().optional(),
};

/** A batch, and its builds in the order in which they began. A build that CodeBuild started again is there twice. */
interface KnownBatch {
  readonly id: string;
  readonly builds: readonly KnownBuild[];
}

/** CodeBuild's operations on batches. A build of a batch that never began (one it waits for failed) has left no record and is in none. */
export function buildBatchReads({ runs, ledger }: ApiSources): Record<string, Operation> {
  const batches = (caller: Caller): KnownBatch[] => {
    const found = new Map<string, KnownBuild[]>();
    for (const build of buildsOf(runs, ledger(), caller))
      if (build.batchId) found.set(build.batchId, [build, ...(found.get(build.batchId) ?? [])]);
    return [...found].map(([id, builds]) => ({ id, builds }));
  };
  const projects = (caller: Caller): ResourceOfStack[] =>
    ledger()
      .resources('AWS::CodeBuild::Project')
      .filter((one) => sees(caller, one.stack));
  const shape = (batch: KnownBatch, caller: Caller): BuildBatch => {
    const [first] = batch.builds;
    const project = projects(caller).find(
      (one) => one.physicalId === first?.project && one.stack.account === first.account,
    );
    return batchShape(
      batch,
      batch.builds.map((known) => {
        const { run, build } = openBuild(runs, known);
        return { ...build.batch, build: buildShape(known, run, build, project, runs.isLive(known.run)) };
      }),
      project,
    );
  };
  const list = (
    of: readonly KnownBatch[],
    input: {
      filter?: { status?: string | undefined } | undefined;
      maxResults?: number | undefined;
      sortOrder?: string | undefined;
      nextToken?: string | undefined;
    },
    caller: Caller,
  ): object => {
    const status = input.filter?.status;
    const matching = of.filter((one) => !status || shape(one, caller).buildBatchStatus === status);
    if (input.sortOrder === 'ASCENDING') matching.reverse();
    const { items, nextToken } = page(matching, (one) => one.id, {
      size: input.maxResults ?? 100,
      token: input.nextToken,
      code: INVALID,
    });
    return { ids: items.map((one) => one.id), nextToken };
  };
  return {
    ListBuildBatches: operation(z.object(listing), (input, caller) => list(batches(caller), input, caller)),

    ListBuildBatchesForProject: operation(z.object({ projectName: z.string().min(1), ...listing }), (input, caller) => {
      const own = batches(caller).filter((one) => one.builds[0]?.project === input.projectName);
      if (own.length === 0 && !projects(caller).some((one) => one.physicalId === input.projectName))
        throw new ApiError(
          'ResourceNotFoundException',
          `The provided project name ${input.projectName} does not exist`,
        );
      return list(own, input, caller);
    }),

    BatchGetBuildBatches: operation(z.object({ ids: z.array(z.string().min(1)).max(100) }), (input, caller) => {
      const all = new Map(batches(caller).map((one) => [one.id, one]));
      const find = (id: string): KnownBatch | undefined =>
        all.get(id.replace(/^arn:[^:]*:codebuild:[^:]*:\d{12}:build-batch\//, ''));
      return {
        buildBatches: input.ids.flatMap((id) => find(id) ?? []).map((one) => shape(one, caller)),
        buildBatchesNotFound: input.ids.filter((id) => !find(id)),
      };
    }),
  };
}

interface BatchedBuild {
  readonly build: Build;
  readonly identifier?: string;
  readonly dependsOn?: readonly string[];
  readonly ignoreFailure?: boolean;
}

/** API Reference, BuildBatch: what its builds tell. */
function batchShape(
  { id, builds: [first] }: KnownBatch,
  builds: readonly BatchedBuild[],
  resource: ResourceOfStack | undefined,
): BuildBatch {
  const project = resource && projectShape(resource);
  const groups = new Map<string, BuildGroup>();
  for (const { build, identifier = '', dependsOn = [], ignoreFailure = false } of builds) {
    const before = groups.get(identifier);
    groups.set(identifier, {
      identifier,
      dependsOn: [...dependsOn],
      ignoreFailure,
      currentBuildSummary: { arn: build.arn, requestedOn: build.startTime, buildStatus: build.buildStatus },
      priorBuildSummaryList: [
        ...(before?.priorBuildSummaryList ?? []),
        ...(before?.currentBuildSummary ? [before.currentBuildSummary] : []),
      ],
    });
  }
  const status = statusOf([...groups.values()]);
  const complete = status !== 'IN_PROGRESS';
  const one = builds[0]?.build;
  const ends = builds.flatMap(({ build }) => build.endTime ?? []).map((time) => time.getTime());
  const endTime = complete && ends.length > 0 ? new Date(Math.max(...ends)) : undefined;
  return {
    id,
    arn: first && `arn:aws:codebuild:${first.region}:${first.account}:build-batch/${id}`,
    startTime: one?.startTime,
    endTime,
    currentPhase: complete ? status : 'IN_PROGRESS',
    buildBatchStatus: status,
    sourceVersion: one?.sourceVersion,
    resolvedSourceVersion: one?.resolvedSourceVersion,
    projectName: one?.projectName,
    phases: [
      { phaseType: 'IN_PROGRESS', phaseStatus: status, startTime: one?.startTime, endTime },
      ...(complete && status ? [{ phaseType: phaseOf(status), startTime: endTime }] : []),
    ],
    source: one?.source,
    artifacts: one?.artifacts,
    cache: one?.cache,
    environment: one?.environment,
    serviceRole: one?.serviceRole,
    logConfig: project?.logsConfig,
    buildTimeoutInMinutes: one?.timeoutInMinutes,
    queuedTimeoutInMinutes: one?.queuedTimeoutInMinutes,
    complete,
    initiator: one?.initiator,
    encryptionKey: one?.encryptionKey,
    vpcConfig: one?.vpcConfig,
    buildGroups: [...groups.values()],
    reportArns: builds.flatMap(({ build }) => build.reportArns ?? []),
  };
}

/** A batch fails with a build whose failure is not ignored; it continues while one of them does. */
function statusOf(groups: readonly BuildGroup[]): BuildBatch['buildBatchStatus'] {
  const has = (status: string): boolean =>
    groups.some((one) => one.currentBuildSummary?.buildStatus === status && !one.ignoreFailure);
  if (groups.some((one) => one.currentBuildSummary?.buildStatus === 'IN_PROGRESS')) return 'IN_PROGRESS';
  if (has('FAILED') || has('FAULT') || has('TIMED_OUT')) return 'FAILED';
  return has('STOPPED') ? 'STOPPED' : 'SUCCEEDED';
}

function phaseOf(status: string): 'SUCCEEDED' | 'FAILED' | 'STOPPED' {
  return status === 'SUCCEEDED' || status === 'STOPPED' ? status : 'FAILED';
}
