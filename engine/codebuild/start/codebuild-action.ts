import { imageToolMissed } from '../../host/image-tools';
import { isCodeBuildImage } from '../project/image';
import { SaiondoError, type Location } from '../../../model/errors';
import type { ActionContext, ActionResult, ActionRunner, ArtifactFolder } from '../../ports/action';
import { accountOf } from '../../../model/pipeline';
import { failureOf } from '../../ports/failure';
import { runBatch } from './batch';
import type { BuildOutput } from '../build/build-plan';
import { findBuildspec, isInline } from './buildspec-source';
import { checkLambda } from '../project/compute';
import { findProject, type ProjectVariable } from '../project/project';
import type { Buildspec } from '../spec/buildspec';
import { startBuild } from './start-build';
import { type BuildRequest } from './build-request';

/** Runs a CodeBuild action: the project's own buildspec, on copies of the action's input artifacts. */
export const runCodeBuildAction: ActionRunner = async (context) => {
  try {
    return await run(context);
  } catch (error) {
    return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
  }
};

async function run(context: ActionContext): Promise<ActionResult> {
  const { action } = context;
  const { configuration } = action;
  const account = accountOf(action, context.pipeline);
  const place: Location = { file: context.pipeline.name, path: `${context.stage}/${action.name}` };
  const found = findProject(context.ledger, configuration.ProjectName ?? '', account, action.region);
  const ServiceRole = configuration.ServiceRoleArnOverride ?? found.properties.ServiceRole;
  const project = { ...found, properties: { ...found.properties, ServiceRole } };
  checkLambda(project);
  const primary = primarySource(context, place);
  const batchEnabled = /^true$/i.test(configuration.BatchEnabled ?? '');
  const combine = batchEnabled && /^true$/i.test(configuration.CombineArtifacts ?? '');
  const request: BuildRequest = {
    context,
    project,
    primary,
    ...(configuration.BuildspecOverride === undefined ? {} : { buildspec: configuration.BuildspecOverride }),
    variables: actionVariables(configuration.EnvironmentVariables, place),
    outputs: batchEnabled ? context.outputs : outputsOf(context.outputs),
    signal: context.signal,
  };
  return batchEnabled ? batch(request, combine, place) : single(request);
}

async function single(request: BuildRequest): Promise<ActionResult> {
  const outcome = await startBuild(request);
  if (outcome.kind === 'not rehearsed')
    return { status: 'NotRehearsed', missing: outcome.missing, summary: outcome.summary };
  const { buildId, result } = outcome;
  const { commandSeconds } = result;
  switch (result.status) {
    case 'SUCCEEDED':
      return {
        status: 'Succeeded',
        outputVariables: result.exportedVariables,
        externalExecutionId: buildId,
        commandSeconds,
      };
    case 'STOPPED':
      if (request.signal.aborted) return { status: 'Abandoned', summary: 'the build was stopped' };
      // The build alone was stopped, by StopBuild: its action fails.
      return {
        status: 'Failed',
        failure: { code: 'JobFailed', message: 'Build terminated with state: STOPPED' },
        externalExecutionId: buildId,
        commandSeconds,
      };
    default: {
      const { failure } = result;
      const { image } = request.project;
      const own = image !== '' && !isCodeBuildImage(image);
      const tool =
        failure?.code === 'JobFailed'
          ? imageToolMissed(failure.tail ?? [], (name) => request.context.local.tool(name), own)
          : undefined;
      if (tool !== undefined)
        return {
          status: 'NotRehearsed',
          missing: [tool],
          summary: `${own ? `the image ${image} may have ${tool}` : `CodeBuild’s image has ${tool}`}, this machine has not: ${failure?.message ?? ''}`,
        };
      const recorded =
        failure?.code === 'JobFailed' ? request.context.local.recordedBehind?.(buildId, failure.tail ?? []) : undefined;
      if (recorded !== undefined)
        return { status: 'NotRehearsed', missing: [recorded], summary: failure?.message ?? '' };
      return {
        status: 'Failed',
        failure: failure ?? { code: 'JobFailed', message: `the build ended ${result.status}` },
        externalExecutionId: buildId,
        commandSeconds,
      };
    }
  }
}

/**
 * The buildspec that an action's build takes from its source or from S3.
 * @returns undefined where the project or the action has it itself, and where it cannot be read: the build says why
 */
export async function buildspecOfSource(context: ActionContext): Promise<Buildspec | undefined> {
  const { action, pipeline, ledger, inputs, local } = context;
  const { ProjectName = '', BuildspecOverride: override } = action.configuration;
  if (action.provider !== 'CodeBuild' || action.owner !== 'AWS') return undefined;
  try {
    const project = findProject(ledger, ProjectName, accountOf(action, pipeline), action.region);
    if (isInline(override ?? project.buildspec)) return undefined;
    const { path: source } = primarySource(context, { file: pipeline.name });
    const given = override === undefined ? {} : { override };
    return (await findBuildspec({ project, ...given, source, inputs, local })).buildspec;
  } catch (error) {
    if (error instanceof SaiondoError) return undefined;
    throw error;
  }
}

async function batch(request: BuildRequest, combine: boolean, place: Location): Promise<ActionResult> {
  const { context, project, primary } = request;
  const { buildspec, file } = await findBuildspec({
    project,
    ...(request.buildspec === undefined ? {} : { override: request.buildspec }),
    source: primary.path,
    inputs: context.inputs,
    local: context.local,
  });
  if (buildspec.batchRefusal)
    throw new SaiondoError(buildspec.batchRefusal.message, {
      code: 'BUILDSPEC_INVALID',
      ...(buildspec.batchRefusal.where ? { where: buildspec.batchRefusal.where } : {}),
      next: 'see "Batch build buildspec reference"',
    });
  if (!buildspec.batch)
    throw new SaiondoError(`${file} has no \`batch\`, but the action asks for a batch build`, {
      code: 'BATCH_REFUSED',
      where: { file },
      next: 'add `batch`, or take BatchEnabled from the action',
    });
  if (!buildspec.versionIsNumber)
    // The words of a real batch (aws/aws-cdk#29592): batches are read into typed fields, single builds are not.
    throw new SaiondoError(`cannot unmarshal !!str \`${buildspec.version}\` into float64`, {
      code: 'BUILDSPEC_INVALID',
      where: { file, path: 'version' },
      next: `write version: ${buildspec.version} without quotes; in JSON that is "version": ${buildspec.version}`,
    });
  if (combine && request.outputs.length > 1)
    throw new SaiondoError('a batch whose artifacts are combined gives one output artifact', {
      code: 'ConfigurationError',
      where: place,
    });
  return runBatch(buildspec.batch, request, combine);
}

/** @throws SaiondoError `ARTIFACT_MISSING`, `PRIMARY_SOURCE_MISSING` */
function primarySource(context: ActionContext, place: Location): ArtifactFolder {
  const { action, inputs } = context;
  const given = action.configuration.PrimarySource;
  if (given === undefined && inputs.length > 1)
    throw new SaiondoError(`${place.path ?? ''} has ${inputs.length} input artifacts and no PrimarySource`, {
      code: 'PRIMARY_SOURCE_MISSING',
      where: place,
      next: 'name the artifact that holds the buildspec as PrimarySource',
    });
  const name = given ?? action.inputArtifacts[0] ?? '';
  const primary = inputs.find((input) => input.name === name);
  if (!primary)
    throw new SaiondoError(`${place.path ?? ''} has no input artifact ${name}`, {
      code: 'ARTIFACT_MISSING',
      where: place,
    });
  return primary;
}

/** One output is filled by the top-level `artifacts`; of several each by the secondary artifact of its name. */
function outputsOf(outputs: readonly ArtifactFolder[]): BuildOutput[] {
  return outputs.map(({ name, path }) => ({ name, path, ...(outputs.length > 1 ? { section: name } : {}) }));
}

/** The action's `EnvironmentVariables`: a JSON list as a text. @throws SaiondoError `ConfigurationError` */
export function actionVariables(
  text: string | undefined,
  place: Location,
): (ProjectVariable & { readonly where: Location })[] {
  if (text === undefined) return [];
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  const entries = Array.isArray(list) ? (list as Partial<ProjectVariable>[]) : undefined;
  if (!entries?.every((one) => typeof one?.name === 'string' && typeof one.value === 'string'))
    throw new SaiondoError('EnvironmentVariables is not a JSON list of {name, value, type}', {
      code: 'ConfigurationError',
      where: { ...place, path: `${place.path ?? ''}.EnvironmentVariables` },
      next: 'see "AWS CodeBuild build and test action reference" of the CodePipeline User Guide',
    });
  return entries.map((one) => ({
    name: one.name ?? '',
    value: one.value ?? '',
    type: one.type ?? 'PLAINTEXT',
    where: { ...place, path: `${place.path ?? ''}.EnvironmentVariables` },
  }));
}
