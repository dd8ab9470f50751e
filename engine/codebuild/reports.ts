import * as fs from 'node:fs';
import * as path from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import type { ReportSummary } from '../../model/events';
import { matchingFiles } from './artifacts';
import type { ReportSpec } from './buildspec';
import { stripControl } from './masked-log';

/** A test case of a report. */
interface TestCase {
  readonly name: string;
  readonly suite?: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'ERROR';
  readonly seconds: number;
  readonly message?: string;
}

/** A report, or why there is none. */
export type ReportResult = { readonly report: ReportSummary } | { readonly problem: string };

/** The formats whose test cases are read. */
export const READ_FORMATS: readonly string[] = ['JUNITXML', 'CUCUMBERJSON'];
/** CodeBuild keeps at most so many cases of a report (CodeBuild User Guide, "Quotas"). */
const MOST_CASES = 500;
const MESSAGE_LENGTH = 2000;

/** Reads a report group's files (CodeBuild User Guide, "Test reports"). A file that cannot be read is a problem, never a failed build. */
export function readReport(group: string, spec: ReportSpec, source: string, target: string): ReportResult {
  const base = path.resolve(source, spec.baseDirectory ?? '.');
  if (base !== source && !base.startsWith(source + path.sep))
    return { problem: `report ${group}: its base directory leads out of the source` };
  const files = matchingFiles(base, spec.files);
  if (files.length === 0) return { problem: `report ${group}: no file matches ${spec.files.join(', ')}` };
  if (!READ_FORMATS.includes(spec.format))
    return { problem: `report ${group}: the format ${spec.format} is not read here` };
  const cases: TestCase[] = [];
  for (const file of files) {
    const text = fs.readFileSync(file, 'utf8');
    try {
      cases.push(...(spec.format === 'JUNITXML' ? junit(text) : cucumber(text)));
    } catch (error) {
      return {
        problem: `report ${group}: ${path.relative(source, file)} is no ${spec.format}: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, JSON.stringify({ group, format: spec.format, cases: cases.slice(0, MOST_CASES) }, null, 1));
  const count = (status: TestCase['status']): number => cases.filter((one) => one.status === status).length;
  return {
    report: {
      group,
      format: spec.format,
      total: cases.length,
      passed: count('SUCCEEDED'),
      failed: count('FAILED'),
      skipped: count('SKIPPED'),
      error: count('ERROR'),
      durationSeconds: cases.reduce((sum, one) => sum + one.seconds, 0),
      failures: cases
        .filter((one) => one.status === 'FAILED' || one.status === 'ERROR')
        .slice(0, 20)
        .map(({ name, suite, message }) => ({ name, ...(suite ? { suite } : {}), ...(message ? { message } : {}) })),
      file: target,
    },
  };
}

interface JunitElement {
  '@_name'?: string;
  '@_classname'?: string;
  '@_time'?: string;
  '@_message'?: string;
  '#text'?: string;
  testsuite?: JunitElement[];
  testcase?: (JunitElement & Record<'failure' | 'error' | 'skipped', (JunitElement | string)[] | undefined>)[];
}

function junit(text: string): TestCase[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    isArray: (name) => ['testsuite', 'testcase', 'failure', 'error', 'skipped'].includes(name),
    processEntities: true,
  });
  const root = parser.parse(text, true) as { testsuites?: JunitElement; testsuite?: JunitElement[] };
  const suites = root.testsuites ? [root.testsuites] : root.testsuite;
  if (!suites) throw new Error('no <testsuites> and no <testsuite>');
  const cases: TestCase[] = [];
  const visit = (suite: JunitElement, name?: string): void => {
    for (const one of suite.testcase ?? []) {
      const status = one.error ? 'ERROR' : one.failure ? 'FAILED' : one.skipped ? 'SKIPPED' : 'SUCCEEDED';
      const [problem] = one.error ?? one.failure ?? [];
      const message = typeof problem === 'string' ? problem : (problem?.['#text'] ?? problem?.['@_message']);
      const suiteName = one['@_classname'] ?? name;
      cases.push({
        name: stripControl(String(one['@_name'] ?? '')),
        ...(suiteName ? { suite: stripControl(String(suiteName)) } : {}),
        status,
        seconds: Number(one['@_time'] ?? 0) || 0,
        ...(message ? { message: stripControl(String(message)).slice(0, MESSAGE_LENGTH) } : {}),
      });
    }
    for (const inner of suite.testsuite ?? []) visit(inner, inner['@_name'] ?? name);
  };
  for (const suite of suites) visit(suite, suite['@_name']);
  return cases;
}

interface CucumberFeature {
  name?: string;
  elements?: { name?: string; steps?: { result?: { status?: string; duration?: number; error_message?: string } }[] }[];
}

function cucumber(text: string): TestCase[] {
  const features = JSON.parse(text) as CucumberFeature[];
  return features.flatMap((feature) =>
    (feature.elements ?? []).map((scenario): TestCase => {
      const results = (scenario.steps ?? []).map((step) => step.result ?? {});
      const failed = results.find((result) => result.status === 'failed');
      const skipped = results.some(
        (result) => result.status !== undefined && !['passed', 'failed'].includes(result.status),
      );
      return {
        name: scenario.name ?? '',
        ...(feature.name ? { suite: feature.name } : {}),
        status: failed ? 'FAILED' : skipped ? 'SKIPPED' : 'SUCCEEDED',
        seconds: results.reduce((sum, result) => sum + (result.duration ?? 0) / 1e9, 0),
        ...(failed?.error_message ? { message: stripControl(failed.error_message).slice(0, MESSAGE_LENGTH) } : {}),
      };
    }),
  );
}
