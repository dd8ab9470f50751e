import * as path from 'node:path';
import { formatLocation } from '../../model/errors';
import type { Emit, Failure } from '../../model/events';
import { collectArtifacts } from './artifacts';
import type { BuildEventKey, BuildOutput, BuildPlan } from './build';
import type { ArtifactsSpec } from './buildspec';
import type { MaskedLog } from './masked-log';
import { readReport } from './reports';
import type { BuildShell } from './shell';

/** A build whose commands are over. */
interface FinishedBuild {
  readonly plan: BuildPlan;
  readonly shell: BuildShell;
  readonly log: MaskedLog;
  readonly key: BuildEventKey;
  readonly emit: Emit;
}

/**
 * What the phase UPLOAD_ARTIFACTS does: reports, then the output artifacts. Reports are made of a failed build too: they are what one wants
 * to read then.
 */
export async function upload(build: FinishedBuild): Promise<Failure | undefined> {
  await makeReports(build);
  const { buildspec, outputs } = build.plan;
  for (const output of outputs) {
    const { section } = output;
    const spec = section === undefined ? buildspec.artifacts : buildspec.secondaryArtifacts[section];
    const owed = section === undefined ? 'artifacts' : `artifacts.secondary-artifacts.${section}`;
    const problem = spec
      ? await collect(build, output, spec)
      : `the buildspec has no ${owed} for the output artifact ${output.name}`;
    if (problem !== undefined) return { code: 'JobFailed', message: problem, phase: 'UPLOAD_ARTIFACTS' };
  }
  return undefined;
}

/** @returns why nothing was collected */
async function collect(
  { plan, shell, log }: FinishedBuild,
  output: BuildOutput,
  given: ArtifactsSpec,
): Promise<string | undefined> {
  const expand = (text: string): Promise<string> => expanded(shell, text);
  const spec: ArtifactsSpec = {
    ...given,
    ...(given.baseDirectory === undefined ? {} : { baseDirectory: await expand(given.baseDirectory) }),
    files: await Promise.all(given.files.map(expand)),
    excludePaths: await Promise.all(given.excludePaths.map(expand)),
  };
  const collected = await collectArtifacts(plan.source, spec, output.path);
  if ('failure' in collected) return collected.failure;
  if (given.name !== undefined)
    log.line(`Artifact name ${await expand(given.name)}; in a pipeline it is ${output.name}`);
  log.line(`Uploaded ${collected.files} files as ${output.name}`);
  return undefined;
}

async function makeReports({ plan, shell, key, emit }: FinishedBuild): Promise<void> {
  for (const [given, spec] of Object.entries(plan.buildspec.reports)) {
    const name = await expanded(shell, given);
    const group = name.startsWith('arn:') ? name : `${plan.project}-${name}`;
    const file = path.join(plan.directory, 'reports', `${group.replace(/[^\w.-]/g, '-')}.json`);
    const result = readReport(group, spec, plan.source, file);
    if ('report' in result) {
      const relative = path.relative(plan.runDirectory ?? plan.directory, file);
      emit({ kind: 'build.report', ...key, report: { ...result.report, file: relative } });
    }
    for (const text of 'report' in result ? result.warnings : [result.problem])
      emit({ kind: 'message', level: 'warning', text, where: formatLocation(spec.where) });
  }
}

async function expanded(shell: BuildShell, text: string): Promise<string> {
  return (await shell.expand(text)) ?? text;
}
