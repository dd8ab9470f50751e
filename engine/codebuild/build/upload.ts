import * as path from 'node:path';
import { pathSegment } from '../../../model/path-segment';
import { formatLocation, SaiondoError } from '../../../model/errors';
import type { Emit, Failure } from '../../../model/events';
import { plainLine } from '../../../model/plain-text';
import { bounded } from '../../bounded/bounded-work';
import type { BuildFolders } from '../../files/matching-files';
import { collectArtifacts } from './artifacts';
import type { BuildEventKey, BuildOutput, BuildPlan } from './build-plan';
import type { ArtifactsSpec } from '../spec/buildspec';
import type { MaskedLog } from './masked-log';
import { cleanReportFile } from '../../secrets/clean-report';
import { DISCOVERY_VARIABLES, type discoverReports, reportCandidates } from '../reports/report-discovery';
import { reportFiles, type readReport } from '../reports/reports';
import type { BuildShell } from './shell';

/** Milliseconds that the files of one report may take to be read. */
const READING = 60_000;
/** Milliseconds in which reports are discovered, as CodeBuild's logs have it: "Set report auto-discover timeout to 5 seconds". */
const DISCOVERY = 5000;
const REPORTS = require.resolve('../reports/reports');
const REPORT_DISCOVERY = require.resolve('../reports/report-discovery');

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
  { plan, shell, log, emit }: FinishedBuild,
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
  const collected = await collectArtifacts(foldersOf(plan), spec, output.path).catch((error: unknown) => {
    if (error instanceof SaiondoError) return { failure: error.message };
    throw error;
  });
  if ('failure' in collected) return collected.failure;
  sayLeadingOut(emit, `the artifact ${output.name}`, collected.leadOut);
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
    const { files, leadOut } = await reportFiles(spec, foldersOf(plan));
    sayLeadingOut(emit, `the report ${group}`, leadOut);
    for (const file of files) taken.add(file);
    const said =
      files.length === 0
        ? [`report ${group}: no file matches ${spec.files.join(', ')}`]
        : await makeReport(build, group, spec.format, files);
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
  const candidates = (await reportCandidates(plan.source)).filter((file) => !taken.has(file));
  if (candidates.length === 0) return;
  const [enabled, directory] = DISCOVERY_VARIABLES;
  const values = await shell.read(DISCOVERY_VARIABLES);
  if (values[enabled] === 'false') return;
  const found = await bounded<typeof discoverReports>(
    { module: REPORT_DISCOVERY, name: 'discoverReports' },
    [plan.source, candidates, values[directory] || '**/*'],
    { milliseconds: DISCOVERY },
  ).catch((error: unknown) => {
    log.line(`No report by auto-discovery: ${error instanceof Error ? error.message : String(error)}`);
    return new Map<string, readonly string[]>();
  });
  for (const [format, files] of found) {
    log.line(`Found ${files.length} file(s) of ${format} by report auto-discovery`);
    const group = `${plan.project}-${format}-AutoDiscovered`;
    for (const text of await makeReport(build, group, format, files)) emit({ kind: 'message', level: 'warning', text });
  }
}

/** @returns what is wrong with it */
async function makeReport(
  { plan, log, key, emit }: FinishedBuild,
  group: string,
  format: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const file = path.join(plan.directory, 'reports', `${pathSegment(group)}.json`);
  const result = await bounded<typeof readReport>(
    { module: REPORTS, name: 'readReport' },
    [group, format, files, plan.source, file],
    { milliseconds: READING },
  ).catch((error: unknown) => ({
    problem: `report ${group}: ${files.length} file(s) cannot be read here: ${error instanceof Error ? error.message : String(error)}`,
  }));
  if (!('report' in result)) return [result.problem];
  cleanReportFile(file, (text) => plan.known?.clean(text) ?? log.clean(text));
  const relative = path.relative(plan.runDirectory ?? plan.directory, file);
  emit({ kind: 'build.report', ...key, report: { ...result.report, file: relative } });
  return result.warnings;
}

function foldersOf({ source, seen = new Map([[source, source]]) }: BuildPlan): BuildFolders {
  return { source, seen };
}

/** A link that leads out of the build is not followed, and named. */
function sayLeadingOut(emit: Emit, what: string, links: readonly string[]): void {
  const [first] = links;
  if (first === undefined) return;
  const others = links.length > 1 ? ` (and ${links.length - 1} more)` : '';
  const text = `${what}: the link ${plainLine(first)}${others} leads out of the build; it was not followed`;
  emit({ kind: 'message', level: 'warning', text });
}

async function expanded(shell: BuildShell, text: string): Promise<string> {
  return (await shell.expand(text)) ?? text;
}
