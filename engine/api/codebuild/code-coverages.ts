import type { CodeCoverage } from '@aws-sdk/client-codebuild';
import type { Coverage, CoverageCount, FileCoverage } from '../../codebuild/reports/coverage-formats';

/** What DescribeCodeCoverages may ask for. */
export interface CoverageQuery {
  readonly sortOrder?: 'ASCENDING' | 'DESCENDING' | undefined;
  readonly sortBy?: 'LINE_COVERAGE_PERCENTAGE' | 'FILE_PATH' | undefined;
  readonly minLineCoveragePercentage?: number | undefined;
  readonly maxLineCoveragePercentage?: number | undefined;
}

/** API Reference, CodeCoverage: one a source file of the report, by path unless asked otherwise. */
export function codeCoverages(reportArn: string, coverages: readonly Coverage[], query: CoverageQuery): CodeCoverage[] {
  const { minLineCoveragePercentage: least = 0, maxLineCoveragePercentage: most = 100 } = query;
  const all = coverages
    // Reports of older versions have no files.
    .flatMap((one) => one.files ?? [])
    .map((one) => coverageOf(reportArn, one))
    .filter(({ lineCoveragePercentage: lines = 100 }) => lines >= least && lines <= most)
    .sort((a, b) => (a.filePath ?? '').localeCompare(b.filePath ?? ''));
  if (query.sortBy === 'LINE_COVERAGE_PERCENTAGE')
    all.sort((a, b) => (a.lineCoveragePercentage ?? 100) - (b.lineCoveragePercentage ?? 100));
  return query.sortOrder === 'DESCENDING' ? all.reverse() : all;
}

function coverageOf(reportARN: string, file: FileCoverage): CodeCoverage {
  const { filePath, linesCovered, linesMissed, branchesCovered, branchesMissed } = file;
  return {
    id: filePath,
    reportARN,
    filePath,
    lineCoveragePercentage: percent(file, 'linesCovered', 'linesMissed'),
    linesCovered,
    linesMissed,
    branchCoveragePercentage: percent(file, 'branchesCovered', 'branchesMissed'),
    branchesCovered,
    branchesMissed,
  };
}

/** A file without any is covered. */
function percent(file: CoverageCount, covered: keyof CoverageCount, missed: keyof CoverageCount): number {
  const all = file[covered] + file[missed];
  return all === 0 ? 100 : Math.round((file[covered] / all) * 10_000) / 100;
}
