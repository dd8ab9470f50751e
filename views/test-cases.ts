import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ReportSummary } from '../model/events';
import type { RunState } from '../model/run-state';

/** A test case as a report on disk has it (CodeBuild API Reference, TestCase). */
export interface ShownCase {
  readonly name: string;
  readonly suite?: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'ERROR';
  readonly seconds: number;
  readonly message?: string;
}

/** The reports of one build, with their cases. */
export interface ShownReport {
  /** `Stage/Action`. */
  readonly action: string;
  readonly buildId: string;
  readonly executionId: string;
  readonly report: ReportSummary;
  /** What failed first, then the slowest first. */
  readonly cases: readonly ShownCase[];
}

/** Every test report of a run with its cases. A report whose file is gone has those that its event names: the failed ones. */
export function shownReports(state: RunState, runDirectory: string): ShownReport[] {
  return [...state.builds.values()].flatMap(({ stage, action, buildId, executionId, reports }) =>
    reports.map((report) => ({
      action: `${stage}/${action}`,
      buildId,
      executionId,
      report,
      cases: [...(readCases(report, runDirectory) ?? report.failures.map(failedCase))].sort(worstFirst),
    })),
  );
}

/** Whether a case failed. */
export function isFailed(one: ShownCase): boolean {
  return one.status === 'FAILED' || one.status === 'ERROR';
}

function failedCase({ name, suite, message }: ReportSummary['failures'][number]): ShownCase {
  return { name, ...(suite ? { suite } : {}), status: 'FAILED', seconds: 0, ...(message ? { message } : {}) };
}

function readCases({ file }: ReportSummary, runDirectory: string): ShownCase[] | undefined {
  const root = path.resolve(runDirectory);
  const at = file ? path.resolve(root, file) : undefined;
  if (!at?.startsWith(root + path.sep)) return undefined;
  try {
    return (JSON.parse(fs.readFileSync(at, 'utf8')) as { cases?: ShownCase[] }).cases ?? [];
  } catch {
    return undefined;
  }
}

/** What failed first, then the slowest. */
export function worstFirst(a: ShownCase, b: ShownCase): number {
  return Number(isFailed(b)) - Number(isFailed(a)) || b.seconds - a.seconds;
}
