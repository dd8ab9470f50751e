import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { formatLocation, SaiondoError } from '../../model/errors';
import type { ActionContext, ActionResult, ActionRunner } from '../action';
import { failureOf } from '../failure';
import { toolsNamedIn } from '../local/tools';
import { copySource, runBuild } from './build';
import { BUILDSPEC_PHASES, parseBuildspec, type Buildspec } from './buildspec';
import { findProject, type Project, type ProjectVariable } from './project';

/** Runs a CodeBuild action: the project's own buildspec, on a copy of the action's input artifacts. */
export const runCodeBuildAction: ActionRunner = async (context) => {
  try {
    return await run(context);
  } catch (error) {
    return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
  }
};

async function run(context: ActionContext): Promise<ActionResult> {
  const { action, local, layout, runId, emit } = context;
  const account = /^arn:aws[^:]*:iam::(\d{12}):/.exec(action.roleArn ?? '')?.[1] ?? context.pipeline.account;
  const project = findProject(context.ledger, action.configuration.ProjectName ?? '', account, action.region);
  const buildNumber = nextBuildNumber(path.join(layout.root, 'state', 'build-numbers.json'), project.arn);
  const buildId = `${project.name}:${randomUUID()}`;
  const directory = layout.build(runId, buildId);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });

  const primaryName = action.configuration.PrimarySource ?? action.inputArtifacts[0];
  const primary = context.inputs.find((input) => input.name === primaryName);
  if (!primary)
    throw new SaiondoError(`${context.stage}/${action.name} has no input artifact ${primaryName ?? ''}`, {
      code: 'ARTIFACT_MISSING',
    });
  const source = path.join(directory, 'src');
  copySource(primary.path, source);
  const { buildspec, file } = readProjectBuildspec(project, source, action.configuration.BuildspecOverride);
  const missing = toolsNamedIn(commandsOf(buildspec)).filter((name) => local.tool(name) === undefined);
  if (missing.length > 0) return { status: 'NotRehearsed', missing, summary: `needs ${missing.join(', ')}` };
  for (const limit of buildspec.limits)
    emit({ kind: 'message', level: 'limit', text: limit.text, where: formatLocation(limit.where) });

  const inputs: Record<string, string> = {};
  for (const input of context.inputs) {
    if (input === primary) continue;
    const at = path.join(directory, 'inputs', input.name);
    copySource(input.path, at);
    inputs[`CODEBUILD_SRC_DIR_${input.name}`] = at;
  }
  const revision = context.revisionOf(primary.name);
  const actionVariables = JSON.parse(action.configuration.EnvironmentVariables ?? '[]') as (Omit<
    ProjectVariable,
    'type'
  > & { type?: ProjectVariable['type'] })[];
  const resolved = await resolveVariables(
    context,
    project,
    buildspec,
    actionVariables.map((one) => ({ ...one, type: one.type ?? 'PLAINTEXT' })),
  );
  const key = {
    executionId: context.executionId,
    stage: context.stage,
    action: action.name,
    actionExecutionId: context.actionExecutionId,
    buildId,
  };
  const log = path.join(directory, 'log.txt');
  emit({
    kind: 'build.started',
    ...key,
    project: project.name,
    buildNumber,
    buildspec: file,
    log: path.relative(layout.run(runId), log),
    timeoutMinutes: project.timeoutMinutes,
  });
  const home = path.join(directory, 'home');
  const temporary = path.join(directory, 'tmp');
  const prefix = path.join(directory, 'npm');
  for (const folder of [home, temporary, path.join(prefix, 'bin')])
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const base = local.environment(account, action.region);
  const result = await runBuild(
    {
      buildId,
      project: project.name,
      buildspec,
      directory,
      source,
      environment: {
        ...base,
        ...resolved.variables,
        PATH: [path.join(prefix, 'bin'), resolved.variables.PATH ?? base.PATH].join(path.delimiter),
        HOME: home,
        TMPDIR: temporary,
        NPM_CONFIG_PREFIX: prefix,
        CI: 'true',
        CODEBUILD_CI: 'true',
        CODEBUILD_BUILD_ARN: `${project.arn.replace(':project/', ':build/')}:${buildId.split(':')[1] ?? ''}`,
        CODEBUILD_BUILD_ID: buildId,
        CODEBUILD_BUILD_IMAGE: project.image,
        CODEBUILD_BUILD_NUMBER: String(buildNumber),
        CODEBUILD_BUILD_SUCCEEDING: '1',
        CODEBUILD_BUILD_URL: `file://${log}`,
        CODEBUILD_INITIATOR: `codepipeline/${context.pipeline.name}`,
        CODEBUILD_KMS_KEY_ID: '',
        CODEBUILD_PROJECT_ARN: project.arn,
        CODEBUILD_RESOLVED_SOURCE_VERSION: revision?.commitId ?? '',
        CODEBUILD_SOURCE_VERSION: revision?.commitId ?? '',
        CODEBUILD_SOURCE_REPO_URL: '',
        CODEBUILD_SRC_DIR: source,
        CODEBUILD_START_TIME: String(Date.now()),
        ...inputs,
      },
      secrets: resolved.secrets,
      unexportable: resolved.unexportable,
      timeoutMinutes: project.timeoutMinutes,
      outputs: context.outputs,
      ...(project.cache.type === 'NO_CACHE' ? {} : { cacheDirectory: layout.cache(project.name) }),
      signal: context.signal,
    },
    key,
    emit,
  );
  for (const folder of [
    home,
    temporary,
    prefix,
    path.join(directory, 'inputs'),
    ...(result.status === 'SUCCEEDED' ? [source] : []),
  ])
    fs.rmSync(folder, { recursive: true, force: true });
  if (result.status === 'SUCCEEDED') {
    return {
      status: 'Succeeded',
      outputVariables: result.exportedVariables,
      externalExecutionId: buildId,
      commandSeconds: result.commandSeconds,
    };
  }
  if (result.status === 'STOPPED') return { status: 'Abandoned', summary: 'the build was stopped' };
  return {
    status: 'Failed',
    failure: result.failure ?? { code: 'JobFailed', message: `the build ended ${result.status}` },
    externalExecutionId: buildId,
    commandSeconds: result.commandSeconds,
  };
}

/** The build specification: the action's override, or the project's: inline, a file of the source, or its buildspec.yml. */
function readProjectBuildspec(
  project: Project,
  source: string,
  override: string | undefined,
): { buildspec: Buildspec; file: string } {
  const given = override ?? project.buildspec;
  if (/^\s*[{]|\n/.test(given) || /^\s*version\s*:/.test(given)) {
    const file = `${project.name}.buildspec.json`;
    return { buildspec: parseBuildspec(given, file), file };
  }
  const name = given || 'buildspec.yml';
  if (name.startsWith('arn:'))
    throw new SaiondoError(`the buildspec of ${project.name} is in S3 (${name})`, {
      code: 'BUILDSPEC_IN_S3',
      next: 'a rehearsal reads inline buildspecs and files of the source',
    });
  const at = path.resolve(source, name);
  if (!at.startsWith(source + path.sep) || !fs.existsSync(at)) {
    throw new SaiondoError(`the source has no buildspec file ${name}`, {
      code: 'BUILDSPEC_MISSING',
      where: { file: name },
      next: `the project ${project.name} names it`,
    });
  }
  return { buildspec: parseBuildspec(fs.readFileSync(at, 'utf8'), name), file: name };
}

function commandsOf(buildspec: Buildspec): string[] {
  return BUILDSPEC_PHASES.flatMap((name) =>
    [...(buildspec.phases[name]?.commands ?? []), ...(buildspec.phases[name]?.finally ?? [])].map(
      (command) => command.text,
    ),
  );
}

/** Variables by CodeBuild's precedence: action over project over buildspec (CodeBuild User Guide, "Environment variables in build environments"). */
async function resolveVariables(
  context: ActionContext,
  project: Project,
  buildspec: Buildspec,
  actionVariables: readonly ProjectVariable[],
): Promise<{ variables: Record<string, string>; secrets: string[]; unexportable: Set<string> }> {
  const { local } = context;
  const variables: Record<string, string> = { ...buildspec.variables };
  const secrets: string[] = [];
  const unexportable = new Set<string>();
  const secret = async (reference: string): Promise<string> => {
    const value = await local.secret(project.account, project.region, reference);
    secrets.push(value);
    return value;
  };
  const parameter = async (name: string): Promise<string> => {
    const value = await local.parameter(project.account, project.region, name);
    secrets.push(value);
    return value;
  };
  for (const [name, reference] of Object.entries(buildspec.parameterStore))
    variables[name] = await parameter(reference);
  for (const [name, reference] of Object.entries(buildspec.secretsManager)) variables[name] = await secret(reference);
  for (const variable of [...project.variables, ...actionVariables]) {
    if (variable.type === 'PLAINTEXT') {
      variables[variable.name] = variable.value;
      continue;
    }
    unexportable.add(variable.name);
    variables[variable.name] =
      variable.type === 'SECRETS_MANAGER' ? await secret(variable.value) : await parameter(variable.value);
  }
  return { variables, secrets, unexportable };
}

/** Counts a project's builds, over runs. */
function nextBuildNumber(file: string, arn: string): number {
  const numbers = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, number>) : {};
  const next = (numbers[arn] ?? 0) + 1;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.new`, JSON.stringify({ ...numbers, [arn]: next }));
  fs.renameSync(`${file}.new`, file);
  return next;
}
