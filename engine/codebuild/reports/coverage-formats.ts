import { attribute, children, parseXml, root } from './test-report-formats';

/** Lines and branches that a test run reached, and those that it did not. */
export interface CoverageCount {
  readonly linesCovered: number;
  readonly linesMissed: number;
  readonly branchesCovered: number;
  readonly branchesMissed: number;
}

/** How much of a source file a test run reached (CodeBuild API Reference, CodeCoverage). */
export interface FileCoverage extends CoverageCount {
  readonly filePath: string;
}

/** How much of the code a test run reached (CodeBuild API Reference, CodeCoverageReportSummary), in all and by file. */
export interface Coverage extends CoverageCount {
  readonly files: readonly FileCoverage[];
}

/** Reads a coverage report file. Throws an Error that says what is missing. */
export type CoverageFormat = (text: string) => Coverage;

const count = (value: string | undefined): number => Number(value ?? 0) || 0;

/** Clover counts statements and conditionals for the whole project. */
const clover: CoverageFormat = (text) => {
  const [project] = children(root(parseXml(text), 'coverage'), 'project');
  const [metrics] = children(project, 'metrics');
  if (!metrics) throw new Error('no <metrics> of the project');
  const of = (one: Parameters<typeof attribute>[0]): CoverageCount => {
    const linesCovered = count(attribute(one, 'coveredstatements'));
    const branchesCovered = count(attribute(one, 'coveredconditionals'));
    return {
      linesCovered,
      linesMissed: count(attribute(one, 'statements')) - linesCovered,
      branchesCovered,
      branchesMissed: count(attribute(one, 'conditionals')) - branchesCovered,
    };
  };
  const files = [project, ...children(project, 'package')].flatMap((one) => children(one, 'file'));
  return {
    ...of(metrics),
    files: files.map((file) => ({
      filePath: attribute(file, 'path') ?? attribute(file, 'name') ?? '',
      ...of(children(file, 'metrics')[0]),
    })),
  };
};

/** Cobertura names the totals; older writers only rates, so lines are counted then. */
const cobertura: CoverageFormat = (text) => {
  const top = root(parseXml(text), 'coverage');
  const branches = count(attribute(top, 'branches-valid'));
  const branchesCovered = count(attribute(top, 'branches-covered'));
  const named = attribute(top, 'lines-valid');
  const classes = children(top, 'packages')
    .flatMap((one) => children(one, 'package'))
    .flatMap((one) => children(one, 'classes'))
    .flatMap((one) => children(one, 'class'));
  const linesOf = (one: (typeof classes)[number]) => children(one, 'lines').flatMap((lines) => children(lines, 'line'));
  const lines = classes.flatMap(linesOf);
  const linesCovered =
    named === undefined
      ? lines.filter((line) => count(attribute(line, 'hits')) > 0).length
      : count(attribute(top, 'lines-covered'));
  return {
    linesCovered,
    linesMissed: (named === undefined ? lines.length : count(named)) - linesCovered,
    branchesCovered,
    branchesMissed: branches - branchesCovered,
    files: byFile(
      classes.map((one) => {
        const own = linesOf(one);
        const hit = own.filter((line) => count(attribute(line, 'hits')) > 0).length;
        // `condition-coverage="50% (1/2)"` of a line.
        const pairs = own.map((line) => /\((\d+)\/(\d+)\)/.exec(attribute(line, 'condition-coverage') ?? ''));
        const taken = pairs.reduce((sum, pair) => sum + count(pair?.[1]), 0);
        return {
          filePath: attribute(one, 'filename') ?? '',
          linesCovered: hit,
          linesMissed: own.length - hit,
          branchesCovered: taken,
          branchesMissed: pairs.reduce((sum, pair) => sum + count(pair?.[2]), 0) - taken,
        };
      }),
    ),
  };
};

/** The classes of a file together. */
function byFile(all: readonly FileCoverage[]): FileCoverage[] {
  const files = new Map<string, FileCoverage>();
  for (const one of all) {
    const known = files.get(one.filePath);
    files.set(
      one.filePath,
      known
        ? {
            filePath: one.filePath,
            linesCovered: known.linesCovered + one.linesCovered,
            linesMissed: known.linesMissed + one.linesMissed,
            branchesCovered: known.branchesCovered + one.branchesCovered,
            branchesMissed: known.branchesMissed + one.branchesMissed,
          }
        : one,
    );
  }
  return [...files.values()];
}

/** JaCoCo has counters for the whole report below its root. */
const jacoco: CoverageFormat = (text) => {
  const report = root(parseXml(text), 'report');
  const of = (one: Parameters<typeof children>[0]): CoverageCount => {
    const counter = (type: string) => children(one, 'counter').find((each) => attribute(each, 'type') === type);
    return {
      linesCovered: count(attribute(counter('LINE'), 'covered')),
      linesMissed: count(attribute(counter('LINE'), 'missed')),
      branchesCovered: count(attribute(counter('BRANCH'), 'covered')),
      branchesMissed: count(attribute(counter('BRANCH'), 'missed')),
    };
  };
  if (children(report, 'counter').length === 0) throw new Error('no <counter> of the report');
  const packages = [report, ...children(report, 'group')].flatMap((one) => children(one, 'package'));
  return {
    ...of(report),
    files: packages.flatMap((one) =>
      children(one, 'sourcefile').map((file) => ({
        filePath: [attribute(one, 'name'), attribute(file, 'name')].filter(Boolean).join('/'),
        ...of(file),
      })),
    ),
  };
};

type SimpleCovFile =
  | (number | string | null)[]
  | { lines?: (number | string | null)[]; branches?: Record<string, Record<string, number>> };

/** SimpleCov's result set: hits by line, null where there is no code. */
const simplecov: CoverageFormat = (text) => {
  const sets = JSON.parse(text) as Record<string, { coverage?: Record<string, SimpleCovFile> }>;
  const files = Object.values(sets)
    .flatMap((set) => Object.entries(set.coverage ?? {}))
    .map(([filePath, file]): FileCoverage => {
      const hits = (Array.isArray(file) ? file : (file.lines ?? [])).filter((one) => typeof one === 'number');
      const branches = Array.isArray(file)
        ? []
        : Object.values(file.branches ?? {}).flatMap((one) => Object.values(one));
      const covered = (all: readonly number[]): number => all.filter((one) => one > 0).length;
      return {
        filePath,
        linesCovered: covered(hits),
        linesMissed: hits.length - covered(hits),
        branchesCovered: covered(branches),
        branchesMissed: branches.length - covered(branches),
      };
    });
  if (files.length === 0) throw new Error('no "coverage"');
  const sum = (key: keyof CoverageCount): number => files.reduce((total, one) => total + one[key], 0);
  return {
    linesCovered: sum('linesCovered'),
    linesMissed: sum('linesMissed'),
    branchesCovered: sum('branchesCovered'),
    branchesMissed: sum('branchesMissed'),
    files,
  };
};

/** The formats of coverage reports by CodeBuild's names (CodeBuild User Guide, "Code coverage reports"). */
export const COVERAGE_FORMATS: Readonly<Record<string, CoverageFormat>> = {
  CLOVERXML: clover,
  COBERTURAXML: cobertura,
  JACOCOXML: jacoco,
  SIMPLECOV: simplecov,
};
