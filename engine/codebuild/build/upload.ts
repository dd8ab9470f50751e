import * as path from 'node:path';
import { pathSegment } from '../../../model/path-segment';
import { formatLocation } from '../../../model/errors';
import type { Emit, Failure } from '../../../model/events';
import { collectArtifacts } from './artifacts';
import { isOwnFile } from './own-files';
import type { BuildEventKey, BuildOutput, BuildPlan } from './build-plan';
import type { ArtifactsSpec } from '../spec/buildspec';
import type { MaskedLog } from './masked-log';
import { DISCOVERY_VARIABLES, discoverReports, reportCandidates } from '../reports/report-discovery';
import { readReport, reportFiles } from '../reports/reports';
import { cleanReportFile } from '../../secrets/clean-report';
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
  const taken = await makeReports(build);
  await makeDiscoveredReports(build, taken);
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
  const collected = await collectArtifacts(
    plan.source,
    spec,
    output.path,
    plan.seen ?? new Map([[plan.source, plan.source]]),
  );
  if ('failure' in collected) return collected.failure;
  if (given.name !== undefined)
    log.line(`Artifact name ${await expand(given.name)}; in a pipeline it is ${output.name}`);
  log.line(`Uploaded ${collected.files} files as ${output.name}`);
  return undefined;
}

/** @returns the files that the reports are made of */
async function makeReports(build: FinishedBuild): Promise<Set<string>> {
  const { plan, shell, emit } = build;
  const taken = new Set<string>();
  for (const [given, spec] of Object.entries(plan.buildspec.reports)) {
    const name = await expanded(shell, given);
    const group = name.startsWith('arn:') ? name : `${plan.project}-${name}`;
    const files = reportFiles(spec, plan.source).filter((file) => isOwnFile(plan.source, file));
    for (const file of files) taken.add(file);
    const said =
      files.length === 0
        ? [`report ${group}: no file matches ${spec.files.join(', ')}`]
        : makeReport(build, group, spec.format, files);
    for (const text of said) emit({ kind: 'message', level: 'warning', text, where: formatLocation(spec.where) });
  }
  return taken;
}

/**
 * Reports of what lies in the source though no section names it (CodeBuild User Guide, "Auto-discover reports in CodeBuild"): the variables that
 * turn it off or narrow it have the values that the commands left.
 */
async function makeDiscoveredReports(build: FinishedBuild, taken: ReadonlySet<string>): Promise<void> {
  const { plan, shell, log, emit } = build;
  const candidates = reportCandidates(plan.source).filter((file) => !taken.has(file) && isOwnFile(plan.source, file));
  if (candidates.length === 0) return;
  const [enabled, directory] = DISCOVERY_VARIABLES;
  const values = await shell.read(DISCOVERY_VARIABLES);
  if (values[enabled] === 'false') return;
  const found = discoverReports(plan.source, candidates, values[directory] || '**/*');
  for (const [format, files] of found) {
    log.line(`Found ${files.length} file(s) of ${format} by report auto-discovery`);
    const group = `${plan.project}-${format}-AutoDiscovered`;
    for (const text of makeReport(build, group, format, files)) emit({ kind: 'message', level: 'warning', text });
  }
}

/** @returns what is wrong with it */
function makeReport(
  { plan, log, key, emit }: FinishedBuild,
  group: string,
  format: string,
  files: readonly string[],
): readonly string[] {
  const file = path.join(plan.directory, 'reports', `${pathSegment(group)}.json`);
  const result = readReport(group, format, files, plan.source, file);
  if (!('report' in result)) return [result.problem];
  cleanReportFile(file, (text) => plan.known?.clean(text) ?? log.clean(text));
  const relative = path.relative(plan.runDirectory ?? plan.directory, file);
  emit({ kind: 'build.report', ...key, report: { ...result.report, file: relative } });
  return result.warnings;
}

async function expanded(shell: BuildShell, text: string): Promise<string> {
  return (await shell.expand(text)) ?? text;
}
