import { type BuildRequest, type BuildOutcome } from './build-request';
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { SaiondoError } from '../../../model/errors';
import { pathSegment } from '../../../model/path-segment';
import type { ArtifactFolder } from '../../ports/action';
import { removeLater } from '../../files/remove-tree';
import { ownTurn } from '../../files/turns';
import { runBuild } from '../build/build';
import { makeShellFolders } from '../build/shell';
import { isRecordOf, readState } from '../../files/read-state';
import { writeAtomically } from '../../files/write-atomically';
import { findBuildspec } from './buildspec-source';
import { openCache } from '../build/cache';
import { codeBuildVariables } from './codebuild-variables';
import { followsOnFailure, queuedTimeoutOf, timeoutOf } from '../project/compute';
import { resolveVariables } from './environment';
import { shellProgram } from '../project/image';
import { IMAGE_COMMAND_MODULES, writeImageCommands, type Shard } from '../project/image-commands';
import { buildLimits, sayLimit } from './limits';
import { missingHere } from '../project/missing-here';
import { resolveUsers } from '../project/run-as';
import { tellRefusals } from './refusals';

/**
 * Starts a build and waits for it. A phase with `on-failure: RETRY` makes CodeBuild start the build again: a new build with its own id,
 * source and log, of the same action.
 * @throws SaiondoError where the build could not be started: a wrong buildspec, a missing secret
 */
export async function startBuild(request: BuildRequest): Promise<BuildOutcome> {
  const { unavailable } = request.project;
  if (unavailable.length > 0)
    return {
      kind: 'not rehearsed',
      missing: [...new Set(unavailable.map((one) => one.missing))],
      summary: `depends on ${unavailable.map((one) => one.logicalId).join(', ')}`,
    };
  let seconds = 0;
  for (let attempt = 1; ; attempt++) {
    const outcome = await startOnce(request, attempt);
    if (outcome.kind !== 'ended') return outcome;
    seconds += outcome.result.commandSeconds;
    if (!outcome.result.retry || request.signal.aborted)
      return { ...outcome, result: { ...outcome.result, commandSeconds: seconds } };
  }
}

async function startOnce(request: BuildRequest, attempt: number): Promise<BuildOutcome> {
  const { layout, runId } = request.context;
  await ownTurn();
  const buildNumber = nextBuildNumber(path.join(layout.root, 'state', 'build-numbers.json'), request.project.arn);
  const buildId = `${request.project.name}:${randomUUID()}`;
  const directory = layout.build(runId, buildId);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const stop = request.context.local.stops?.begin(buildId);
  const signal = stop ? AbortSignal.any([request.signal, stop.signal]) : request.signal;
  try {
    return await startIn(directory, { buildId, buildNumber }, { ...request, signal }, attempt);
  } catch (error) {
    // Only what comes ahead of the commands throws: no log is there to be kept.
    await fs.promises.rm(directory, { recursive: true, force: true });
    throw error;
  } finally {
    stop?.end();
    request.context.local.end(buildId);
  }
}

async function startIn(
  directory: string,
  { buildId, buildNumber }: { readonly buildId: string; readonly buildNumber: number },
  request: BuildRequest,
  attempt: number,
): Promise<BuildOutcome> {
  const { context, project } = request;
  const { layout, runId, local, emit } = context;
  const started = Date.now();
  const begun = performance.now();
  const source = path.join(directory, 'src');
  await copyArtifact(request.primary, source);
  const found = await findBuildspec({
    project,
    ...(request.buildspec === undefined ? {} : { override: request.buildspec }),
    source,
    inputs: context.inputs,
    local,
  });
  const { buildspec, file } = found;
  const missing = missingHere(project, buildspec, (name) => local.tool(name));
  if (missing.length > 0) {
    await fs.promises.rm(directory, { recursive: true, force: true });
    return { kind: 'not rehearsed', missing, summary: `needs ${missing.join(', ')}` };
  }
  await ownTurn();
  const folders = makeFolders(directory, request.shard);
  const inputs = await copyFurtherInputs(request, folders.inputs);
  const resolved = await resolveVariables(local, project, buildspec, request.variables);
  const { program } = shellProgram(buildspec.shell, project.image);
  const users = resolveUsers(buildspec, file, directory, layout.root);
  for (const limit of [
    ...(await buildLimits(project, found, local, resolved.variables)),
    ...resolved.limits,
    ...users.limits,
  ])
    sayLimit(context, emit, limit);

  const key = {
    executionId: context.executionId,
    stage: context.stage,
    action: context.action.name,
    actionExecutionId: context.actionExecutionId,
    buildId,
  };
  const log = path.join(directory, 'log.txt');
  const timeoutMinutes = timeoutOf(project);
  emit({
    kind: 'build.started',
    ...key,
    project: project.name,
    buildNumber,
    buildspec: file,
    log: path.relative(layout.run(runId), log),
    timeoutMinutes,
    ...(request.batch ? { batch: request.batch } : {}),
  });
  const base = local.environment(project.account, project.region, {
    kind: 'build',
    id: buildId,
    roleArn: String(project.properties.ServiceRole ?? ''),
  });
  const cache = openCache({
    settings: project.cache,
    spec: buildspec.cache,
    directory: (scope) => layout.cache(scope),
    project: project.name,
    source,
    home: folders.home,
  });
  const seenAt = local.isolation.seenAt(folders);
  const shell = makeShellFolders(directory);
  const sandbox = await local.isolation.open({
    directory: path.join(directory, 'sandbox'),
    writes: [source, folders.inputs, folders.npm, shell.state, ...(cache?.folders ?? [])],
    reads: [shell.scripts, ...IMAGE_COMMAND_MODULES, ...(local.sees ?? [])],
    home: folders.home,
    temporary: folders.temporary,
    containerEngine: project.privileged,
    environment: {
      ...base,
      ...local.given?.variables,
      ...local.given?.secrets,
      PATH: [folders.bin, base.PATH].join(path.delimiter),
      NPM_CONFIG_PREFIX: folders.npm,
      ...resolved.variables,
      ...codeBuildVariables(request, {
        buildId,
        buildNumber,
        source,
        inputs,
        temporary: seenAt.temporary,
        log,
        started,
      }),
    },
  });
  await ownTurn();
  const result = await runBuild(
    {
      buildId,
      project: project.name,
      buildspec,
      directory,
      runDirectory: layout.run(runId),
      source,
      downloadSeconds: (performance.now() - begun) / 1000,
      shell: program,
      sandbox,
      seen: new Map([
        [source, source],
        [folders.inputs, folders.inputs],
        [seenAt.home, folders.home],
        [seenAt.temporary, folders.temporary],
        ...(cache?.folders ?? []).map((folder): [string, string] => [folder, folder]),
      ]),
      secrets: [
        ...resolved.secrets,
        ...Object.entries(local.given?.secrets ?? {}).map(([name, value]) => ({ name, value })),
      ],
      ...(local.secrets ? { known: local.secrets } : {}),
      unexportable: resolved.unexportable,
      users: users.users,
      timeoutMinutes,
      ...(local.builds ? { queue: local.builds, queuedTimeoutMinutes: queuedTimeoutOf(project) } : {}),
      onRefusal: (tell) => tellRefusals(local, buildId, tell),
      outputs: request.outputs,
      ...(cache ? { cache } : {}),
      followsOnFailure: followsOnFailure(project),
      attempt,
      signal: request.signal,
    },
    key,
    emit,
  );
  // The source of a failed build stays: somebody may want to look at it.
  for (const folder of [...Object.values(folders), ...(result.status === 'SUCCEEDED' ? [source] : [])])
    removeLater(folder);
  return { kind: 'ended', buildId, result };
}

/** The folders of a build next to its source; they end with it. */
function makeFolders(directory: string, shard: Shard | undefined) {
  const npm = path.join(directory, 'npm');
  const folders = {
    home: path.join(directory, 'home'),
    temporary: path.join(directory, 'tmp'),
    inputs: path.join(directory, 'inputs'),
    npm,
    /** First on PATH: what `npm install -g` installs, and the image's own commands. */
    bin: path.join(npm, 'bin'),
  };
  for (const folder of Object.values(folders)) fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  // Of everybody, as /tmp is: `run-as` may name another user.
  fs.chmodSync(folders.temporary, 0o1777);
  writeImageCommands(folders.bin, shard);
  return folders;
}

/** Copies every input but the primary source. @returns their folders by artifact name */
async function copyFurtherInputs({ context, primary }: BuildRequest, to: string): Promise<Record<string, string>> {
  const further = context.inputs.filter((input) => input.name !== primary.name);
  for (const input of further) await copyArtifact(input, path.join(to, pathSegment(input.name)));
  return Object.fromEntries(further.map(({ name }) => [name, path.join(to, pathSegment(name))]));
}

/** A copy of an artifact as a build's source: builds never share one. @throws SaiondoError `SOURCE_MISSING`, `SOURCE_COPY` */
async function copyArtifact(from: ArtifactFolder, to: string): Promise<void> {
  if (!fs.existsSync(from.path))
    throw new SaiondoError(`the input artifact ${from.name} at ${from.path} is gone`, { code: 'SOURCE_MISSING' });
  await fs.promises.rm(to, { recursive: true, force: true });
  await fs.promises.mkdir(to, { recursive: true });
  await ownTurn();
  try {
    if (await isSmall(from.path)) await fs.promises.cp(from.path, to, { recursive: true, verbatimSymlinks: true });
    // Of POSIX: a repository of 1,700 files takes it 0.1 s, and Node's recursive copy 1.5 s. Links stay links.
    else await execa('cp', ['-RP', `${from.path}/.`, to], { stdin: 'ignore' });
  } catch (cause) {
    const said = (cause as Partial<execa.ExecaError>).stderr?.trim() || (cause as Error).message;
    throw new SaiondoError(`the input artifact ${from.name} could not be copied: ${said}`, {
      code: 'SOURCE_COPY',
      cause,
    });
  }
}

/** Files and folders that are copied here: on a busy machine the start of a program takes longer. */
const FEW = 40;

/** Whether a folder holds few entries, and nothing but files, folders and links. */
async function isSmall(folder: string): Promise<boolean> {
  const folders = [folder];
  let count = 0;
  for (let at = folders.pop(); at !== undefined; at = folders.pop())
    for (const entry of await fs.promises.readdir(at, { withFileTypes: true })) {
      if (++count > FEW || !(entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())) return false;
      if (entry.isDirectory()) folders.push(path.join(at, entry.name));
    }
  return true;
}

/** Counts a project's builds, over runs. */
function nextBuildNumber(file: string, arn: string): number {
  const numbers =
    readState({
      file,
      holds: 'how many builds each project has had',
      valid: (content): content is Record<string, number> => isRecordOf<number>(content, 'number'),
      next: 'remove it: builds are then counted from 1 again',
    }) ?? {};
  const next = (numbers[arn] ?? 0) + 1;
  writeAtomically(file, JSON.stringify({ ...numbers, [arn]: next }));
  return next;
}
