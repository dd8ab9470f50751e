import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { SaiondoError, type Location } from '../../../model/errors';
import type { ActionResult } from '../../ports/action';
import type { BuildOutput } from '../build/build-plan';
import type { Batch, BatchTask } from '../spec/batch-spec';
import type { Project } from '../project/project';
import { startBuild } from './start-build';
import { type BuildOutcome, type BuildRequest } from './build-request';

/** How a build of a batch ended. */
type TaskStatus = 'SUCCEEDED' | 'FAILED' | 'STOPPED' | 'NOT REHEARSED' | 'SKIPPED';

/**
 * Runs a batch (CodeBuild User Guide, "Run builds in batches"; CodePipeline User Guide, "AWS CodeBuild build and test action reference"): every
 * build as soon as those that it waits for have succeeded; a failure that is not ignored fails the batch, and with `fast-fail` stops it.
 */
export async function runBatch(batch: Batch, request: BuildRequest, combine: boolean): Promise<ActionResult> {
  checkBatch(request.project, batch);
  const id = `${request.project.name}:${randomUUID()}`;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  // Every build listens to it; none of them leaks.
  setMaxListeners(batch.tasks.length + 1, signal);
  const statuses = new Map<string, Promise<TaskStatus>>();
  const outcomes: { task: BatchTask; outcome: BuildOutcome }[] = [];
  const run = async (task: BatchTask): Promise<TaskStatus> => {
    for (const name of task.dependOn) {
      const before = batch.tasks.find((one) => one.identifier === name);
      const status = before && (await statusOf(before));
      if (status !== 'SUCCEEDED' && !(status === 'FAILED' && before?.ignoreFailure)) return 'SKIPPED';
    }
    if (signal.aborted) return 'STOPPED';
    const outcome = await startBuild({
      ...request,
      ...(task.buildspec === undefined ? {} : { buildspec: task.buildspec }),
      variables: [
        ...request.variables,
        ...Object.entries(task.variables).map(([name, value]) => ({
          name,
          value,
          type: 'PLAINTEXT' as const,
          where: task.where,
        })),
      ],
      outputs: outputsOf(task, request.outputs, combine),
      batch: {
        id,
        identifier: task.identifier,
        dependsOn: [...task.dependOn],
        ignoreFailure: task.ignoreFailure,
      },
      ...(task.shard ? { shard: task.shard } : {}),
      signal,
    });
    outcomes.push({ task, outcome });
    if (outcome.kind === 'not rehearsed') return 'NOT REHEARSED';
    if (outcome.result.status === 'SUCCEEDED') return 'SUCCEEDED';
    if (outcome.result.status === 'STOPPED') return 'STOPPED';
    if (batch.fastFail && !task.ignoreFailure) stop.abort();
    return 'FAILED';
  };
  const statusOf = (task: BatchTask): Promise<TaskStatus> => {
    const known = statuses.get(task.identifier);
    if (known) return known;
    const status = run(task);
    statuses.set(task.identifier, status);
    return status;
  };
  // All of them end before an error of one is told: nothing may continue behind the action's back.
  const settled = await Promise.allSettled(batch.tasks.map(statusOf));
  const thrown = settled.find((one) => one.status === 'rejected');
  if (thrown) throw thrown.reason;
  const ended = batch.tasks.map((task, i) => ({
    task,
    status: (settled[i] as PromiseFulfilledResult<TaskStatus>).value,
  }));
  return resultOf(ended, outcomes, request.signal.aborted);
}

function resultOf(
  ended: readonly { task: BatchTask; status: TaskStatus }[],
  outcomes: readonly { task: BatchTask; outcome: BuildOutcome }[],
  stopped: boolean,
): ActionResult {
  const commandSeconds = outcomes.reduce(
    (sum, { outcome }) => sum + (outcome.kind === 'ended' ? outcome.result.commandSeconds : 0),
    0,
  );
  const summary = ended.map(({ task, status }) => `${task.identifier} ${status}`).join(', ');
  if (stopped) return { status: 'Abandoned', summary };
  const failed = ended.find(({ task, status }) => status === 'FAILED' && !task.ignoreFailure);
  if (failed) {
    const of = outcomes.find(({ task }) => task === failed.task)?.outcome;
    const failure = of?.kind === 'ended' ? of.result.failure : undefined;
    return {
      status: 'Failed',
      failure: {
        ...(failure ?? { code: 'JobFailed', message: 'the build failed' }),
        message: `batch build ${failed.task.identifier}: ${failure?.message ?? 'failed'} (${summary})`,
      },
      ...(of?.kind === 'ended' ? { externalExecutionId: of.buildId } : {}),
      commandSeconds,
    };
  }
  const missing = outcomes.flatMap(({ outcome }) => (outcome.kind === 'not rehearsed' ? outcome.missing : []));
  if (missing.length > 0) return { status: 'NotRehearsed', missing: [...new Set(missing)], summary };
  return { status: 'Succeeded', summary, commandSeconds };
}

/**
 * Which artifacts a build of the batch gives: all builds the one combined artifact; else `<build>` its primary and `<build>_<id>` its
 * secondary ones (CodeBuild User Guide, "Samples of CodePipeline/CodeBuild integrations and batch builds").
 */
function outputsOf(task: BatchTask, outputs: readonly BuildOutput[], combine: boolean): BuildOutput[] {
  if (combine) return outputs.map(({ name, path }) => ({ name, path }));
  return outputs.flatMap(({ name, path }) =>
    name === task.identifier
      ? [{ name, path }]
      : name.startsWith(`${task.identifier}_`)
        ? [{ name, path, section: name.slice(task.identifier.length + 1) }]
        : [],
  );
}

/** What CodeBuild asks of a project before it starts a batch (CodeBuild API Reference, ProjectBuildBatchConfig). @throws SaiondoError */
function checkBatch(project: Project, batch: Batch): void {
  const refuse = (message: string, where: Location): never => {
    throw new SaiondoError(message, { code: 'BATCH_REFUSED', where, next: 'see "Run builds in batches"' });
  };
  if (!project.batch?.serviceRole)
    return refuse(
      `${project.name} runs no batches: it has no service role for them`,
      project.place('BuildBatchConfig.ServiceRole'),
    );
  const { maximumBuilds } = project.batch;
  if (maximumBuilds !== undefined && batch.tasks.length > maximumBuilds)
    refuse(
      `the batch is ${batch.tasks.length} builds; ${project.name} allows ${maximumBuilds}`,
      project.place('BuildBatchConfig.Restrictions.MaximumBuildsAllowed'),
    );
}
