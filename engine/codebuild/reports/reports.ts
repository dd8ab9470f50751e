import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ReportSummary } from '../../../model/events';
import { matchingDirectories, matchingFiles, type BuildFolders, type FoundFiles } from '../../files/matching-files';
import type { ReportSpec } from '../spec/buildspec';
import { COVERAGE_FORMATS, type Coverage, type CoverageCount } from './coverage-formats';
import { TEST_REPORT_FORMATS, type TestCase } from './test-report-formats';

/** A report, or why there is none. */
export type ReportResult =
  { readonly report: ReportSummary; readonly warnings: readonly string[] } | { readonly problem: string };

/** CodeBuild keeps so many cases of a report; the figures count them all (CodeBuild User Guide, "Quotas"; API Reference, TestReportSummary). */
const MOST_CASES = 500;
/** Bytes of a file that is read as a report. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_FAILURES = 20;

/** The files of a report group, as its section of the buildspec names them. */
export async function reportFiles(spec: ReportSpec, folders: BuildFolders): Promise<FoundFiles> {
  const bases =
    spec.baseDirectory === undefined ? [folders.source] : await matchingDirectories(folders, spec.baseDirectory);
  const found = await Promise.all(bases.map((base) => matchingFiles(base, spec.files, folders.seen)));
  return { files: found.flatMap((one) => one.files), leadOut: found.flatMap((one) => one.leadOut) };
}

/** Reads a report group's files (CodeBuild User Guide, "Test reports"). A file that cannot be read is a problem, never a failed build. A big one
 * takes seconds and holds the thread: `bounded` calls this. */
export function readReport(
  group: string,
  format: string,
  files: readonly string[],
  source: string,
  target: string,
): ReportResult {
  const cases: TestCase[] = [];
  const coverages: Coverage[] = [];
  for (const file of files) {
    try {
      if (fs.statSync(file).size > MOST_BYTES) throw new Error(`larger than ${MOST_BYTES} bytes`);
      const text = fs.readFileSync(file, 'utf8');
      const coverage = COVERAGE_FORMATS[format]?.(text);
      if (coverage) coverages.push(coverage);
      else for (const one of TEST_REPORT_FORMATS[format]?.(text) ?? []) cases.push(one);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { problem: `report ${group}: ${path.relative(source, file)} is not ${format}: ${why}` };
    }
  }
  const kept = cases.slice(0, MOST_CASES);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(
    target,
    JSON.stringify({ group, format, ...(coverages.length > 0 ? { coverages } : { cases: kept }) }, null, 1),
  );
  return {
    report: { ...summarize(group, format, cases, coverages), file: target },
    warnings:
      cases.length > MOST_CASES
        ? [`report ${group}: ${cases.length} test cases; CodeBuild keeps the first ${MOST_CASES}`]
        : [],
  };
}

function summarize(
  group: string,
  format: string,
  cases: readonly TestCase[],
  coverages: readonly Coverage[],
): ReportSummary {
  const count = (status: TestCase['status']): number => cases.filter((one) => one.status === status).length;
  const percent = (covered: 'linesCovered' | 'branchesCovered', missed: 'linesMissed' | 'branchesMissed') => {
    const sum = (key: keyof CoverageCount): number => coverages.reduce((total, one) => total + one[key], 0);
    const all = sum(covered) + sum(missed);
    return all === 0 ? undefined : Math.round((sum(covered) / all) * 10_000) / 100;
  };
  const lines = percent('linesCovered', 'linesMissed');
  const branches = percent('branchesCovered', 'branchesMissed');
  return {
    group,
    format,
    total: cases.length,
    passed: count('SUCCEEDED'),
    failed: count('FAILED'),
    skipped: count('SKIPPED'),
    error: count('ERROR'),
    durationSeconds: cases.reduce((sum, one) => sum + one.seconds, 0),
    ...(lines === undefined ? {} : { lineCoverage: lines }),
    ...(branches === undefined ? {} : { branchCoverage: branches }),
    failures: cases
      .filter((one) => one.status === 'FAILED' || one.status === 'ERROR')
      .slice(0, MOST_FAILURES)
      .map(({ name, suite, message }) => ({ name, ...(suite ? { suite } : {}), ...(message ? { message } : {}) })),
  };
}
