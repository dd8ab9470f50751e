import { attribute, children, parseXml, root } from './test-report-formats';

/** How much of the code a test run reached (CodeBuild API Reference, CodeCoverageReportSummary). */
export interface Coverage {
  readonly linesCovered: number;
  readonly linesMissed: number;
  readonly branchesCovered: number;
  readonly branchesMissed: number;
}

/** Reads a coverage report file. Throws an Error that says what is missing. */
export type CoverageFormat = (text: string) => Coverage;

const count = (value: string | undefined): number => Number(value ?? 0) || 0;

/** Clover counts statements and conditionals for the whole project. */
const clover: CoverageFormat = (text) => {
  const [project] = children(root(parseXml(text), 'coverage'), 'project');
  const [metrics] = children(project, 'metrics');
  if (!metrics) throw new Error('no <metrics> of the project');
  const lines = count(attribute(metrics, 'statements'));
  const linesCovered = count(attribute(metrics, 'coveredstatements'));
  const branches = count(attribute(metrics, 'conditionals'));
  const branchesCovered = count(attribute(metrics, 'coveredconditionals'));
  return {
    linesCovered,
    linesMissed: lines - linesCovered,
    branchesCovered,
    branchesMissed: branches - branchesCovered,
  };
};

/** Cobertura names the totals; older writers only rates, so lines are counted then. */
const cobertura: CoverageFormat = (text) => {
  const top = root(parseXml(text), 'coverage');
  const branches = count(attribute(top, 'branches-valid'));
  const branchesCovered = count(attribute(top, 'branches-covered'));
  const named = attribute(top, 'lines-valid');
  const lines = children(top, 'packages')
    .flatMap((one) => children(one, 'package'))
    .flatMap((one) => children(one, 'classes'))
    .flatMap((one) => children(one, 'class'))
    .flatMap((one) => children(one, 'lines'))
    .flatMap((one) => children(one, 'line'));
  const linesCovered =
    named === undefined
      ? lines.filter((line) => count(attribute(line, 'hits')) > 0).length
      : count(attribute(top, 'lines-covered'));
  return {
    linesCovered,
    linesMissed: (named === undefined ? lines.length : count(named)) - linesCovered,
    branchesCovered,
    branchesMissed: branches - branchesCovered,
  };
};

/** JaCoCo has counters for the whole report below its root. */
const jacoco: CoverageFormat = (text) => {
  const counters = children(root(parseXml(text), 'report'), 'counter');
  const of = (type: string) => counters.find((one) => attribute(one, 'type') === type);
  if (counters.length === 0) throw new Error('no <counter> of the report');
  return {
    linesCovered: count(attribute(of('LINE'), 'covered')),
    linesMissed: count(attribute(of('LINE'), 'missed')),
    branchesCovered: count(attribute(of('BRANCH'), 'covered')),
    branchesMissed: count(attribute(of('BRANCH'), 'missed')),
  };
};

type SimpleCovFile =
  | (number | string | null)[]
  | { lines?: (number | string | null)[]; branches?: Record<string, Record<string, number>> };

/** SimpleCov's result set: hits by line, null where there is no code. */
const simplecov: CoverageFormat = (text) => {
  const sets = JSON.parse(text) as Record<string, { coverage?: Record<string, SimpleCovFile> }>;
  const files = Object.values(sets).flatMap((set) => Object.values(set.coverage ?? {}));
  if (files.length === 0) throw new Error('no "coverage"');
  const hits = files.flatMap((file) =>
    (Array.isArray(file) ? file : (file.lines ?? [])).filter((one) => typeof one === 'number'),
  );
  const branches = files.flatMap((file) =>
    Array.isArray(file) ? [] : Object.values(file.branches ?? {}).flatMap((one) => Object.values(one)),
  );
  const covered = (all: readonly number[]): number => all.filter((one) => one > 0).length;
  return {
    linesCovered: covered(hits),
    linesMissed: hits.length - covered(hits),
    branchesCovered: covered(branches),
    branchesMissed: branches.length - covered(branches),
  };
};

/** The formats of coverage reports by CodeBuild's names (CodeBuild User Guide, "Code coverage reports"). */
export const COVERAGE_FORMATS: Readonly<Record<string, CoverageFormat>> = {
  CLOVERXML: clover,
  COBERTURAXML: cobertura,
  JACOCOXML: jacoco,
  SIMPLECOV: simplecov,
};
