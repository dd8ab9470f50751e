import { XMLParser } from 'fast-xml-parser';
import { plain } from '../../../model/plain-text';

/** A test case of a report (CodeBuild API Reference, TestCase). */
export interface TestCase {
  readonly name: string;
  readonly suite?: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'ERROR';
  readonly seconds: number;
  readonly message?: string;
}

/** Reads the test cases of a report file. Throws an Error that says what is missing. */
export type TestReportFormat = (text: string) => TestCase[];

/** An element as the parser gives it: attributes by name, children as lists, its text as `#text`. */
interface Element {
  readonly [name: string]: unknown;
}

const MESSAGE_LENGTH = 2000;

const LISTS = new Set([
  ...['testsuite', 'testcase', 'failure', 'error', 'skipped'],
  ...['test-suite', 'test-case', 'results'],
  ...['suite', 'test', 'class', 'test-method', 'group'],
  ...['UnitTestResult', 'UnitTest'],
  ...['project', 'package', 'packages', 'classes', 'file', 'line', 'counter'],
]);

/** Parses XML with every element that may repeat as a list. @throws Error where it is not XML */
export function parseXml(text: string): Element {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    isArray: (name, _path, _leaf, isAttribute) => !isAttribute && LISTS.has(name),
    processEntities: true,
  });
  return parser.parse(text, true) as Element;
}

/** Children of a name; text alone is an element without attributes. */
export function children(element: Element | undefined, name: string): Element[] {
  const value = element?.[name];
  const list = value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
  return list.map((one) => (one !== null && typeof one === 'object' ? (one as Element) : { '#text': String(one) }));
}

/** An attribute, or a text, of an element. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  const value = element?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The root element of a name. @throws Error */
export function root(document: Element, name: string): Element {
  const [found] = children(document, name);
  if (!found) throw new Error(`no <${name}>`);
  return found;
}

function testCase(given: {
  name: string | undefined;
  suite: string | undefined;
  status: TestCase['status'];
  seconds: number;
  message?: string | undefined;
}): TestCase {
  const { name, suite, status, seconds, message } = given;
  return {
    name: plain(name ?? ''),
    ...(suite ? { suite: plain(suite) } : {}),
    status,
    seconds: Number.isFinite(seconds) ? seconds : 0,
    ...(message ? { message: plain(message).trim().slice(0, MESSAGE_LENGTH) } : {}),
  };
}

const junit: TestReportFormat = (text) => {
  const document = parseXml(text);
  const tops = [...children(document, 'testsuites'), ...children(document, 'testsuite')];
  if (tops.length === 0) throw new Error('no <testsuites> and no <testsuite>');
  const cases: TestCase[] = [];
  const visit = (suite: Element, name: string | undefined): void => {
    for (const one of children(suite, 'testcase')) {
      const [error] = children(one, 'error');
      const [failure] = children(one, 'failure');
      const problem = error ?? failure;
      cases.push(
        testCase({
          name: attribute(one, 'name'),
          suite: attribute(one, 'classname') ?? name,
          status: error ? 'ERROR' : failure ? 'FAILED' : one.skipped === undefined ? 'SUCCEEDED' : 'SKIPPED',
          seconds: Number(attribute(one, 'time') ?? 0),
          message: problem && (attribute(problem, '#text') ?? attribute(problem, 'message')),
        }),
      );
    }
    for (const inner of children(suite, 'testsuite')) visit(inner, attribute(inner, 'name') ?? name);
  };
  for (const suite of tops) visit(suite, attribute(suite, 'name'));
  return cases;
};

/** NUnit 2: test-results, test-suite, results, test-case. */
const nunit: TestReportFormat = (text) => {
  const cases: TestCase[] = [];
  const visit = (at: Element, suite: string | undefined): void => {
    for (const one of children(at, 'test-case')) {
      const result = attribute(one, 'result') ?? (attribute(one, 'success') === 'False' ? 'Failure' : 'Success');
      const [failure] = children(one, 'failure');
      cases.push(
        testCase({
          name: attribute(one, 'name'),
          suite,
          status:
            result === 'Success'
              ? 'SUCCEEDED'
              : result === 'Failure'
                ? 'FAILED'
                : result === 'Error' || result === 'NotRunnable'
                  ? 'ERROR'
                  : 'SKIPPED',
          seconds: Number(attribute(one, 'time') ?? 0),
          message: failure && attribute(failure, 'message'),
        }),
      );
    }
    for (const inner of children(at, 'results')) visit(inner, suite);
    for (const inner of children(at, 'test-suite')) visit(inner, attribute(inner, 'name') ?? suite);
  };
  visit(root(parseXml(text), 'test-results'), undefined);
  return cases;
};

/** NUnit 3: test-run, test-suite, test-case; `label="Error"` tells an error from a failure. */
const nunit3: TestReportFormat = (text) => {
  const cases: TestCase[] = [];
  const visit = (at: Element, suite: string | undefined): void => {
    for (const one of children(at, 'test-case')) {
      const result = attribute(one, 'result');
      const [failure] = children(one, 'failure');
      cases.push(
        testCase({
          name: attribute(one, 'name'),
          suite: attribute(one, 'classname') ?? suite,
          status:
            result === 'Passed'
              ? 'SUCCEEDED'
              : result === 'Failed'
                ? attribute(one, 'label') === 'Error'
                  ? 'ERROR'
                  : 'FAILED'
                : 'SKIPPED',
          seconds: Number(attribute(one, 'duration') ?? 0),
          message: failure && attribute(failure, 'message'),
        }),
      );
    }
    for (const inner of children(at, 'test-suite')) visit(inner, attribute(inner, 'fullname') ?? suite);
  };
  visit(root(parseXml(text), 'test-run'), undefined);
  return cases;
};

/** TestNG: methods that only set up or tear down are not test cases. */
const testng: TestReportFormat = (text) =>
  children(root(parseXml(text), 'testng-results'), 'suite')
    .flatMap((suite) => children(suite, 'test'))
    .flatMap((test) => children(test, 'class'))
    .flatMap((one) =>
      children(one, 'test-method')
        .filter((method) => attribute(method, 'is-config') !== 'true')
        .map((method) => {
          const status = attribute(method, 'status');
          const [exception] = children(method, 'exception');
          return testCase({
            name: attribute(method, 'name'),
            suite: attribute(one, 'name'),
            status: status === 'PASS' ? 'SUCCEEDED' : status === 'FAIL' ? 'FAILED' : 'SKIPPED',
            seconds: Number(attribute(method, 'duration-ms') ?? 0) / 1000,
            message: exception && (attribute(exception, 'message') ?? attribute(exception, 'class')),
          });
        }),
    );

/** Visual Studio's TRX: results name their test, its definition names the class. */
const trx: TestReportFormat = (text) => {
  const run = root(parseXml(text), 'TestRun');
  const classes = new Map(
    children(children(run, 'TestDefinitions')[0], 'UnitTest').map((one) => [
      attribute(one, 'id'),
      attribute(children(one, 'TestMethod')[0], 'className'),
    ]),
  );
  return children(children(run, 'Results')[0], 'UnitTestResult').map((one) => {
    const outcome = attribute(one, 'outcome') ?? '';
    const [hours = 0, minutes = 0, seconds = 0] = (attribute(one, 'duration') ?? '').split(':').map(Number);
    const information = children(children(one, 'Output')[0], 'ErrorInfo')[0];
    return testCase({
      name: attribute(one, 'testName'),
      suite: classes.get(attribute(one, 'testId')),
      status: /^(Passed|PassedButRunAborted|Completed|Warning)$/.test(outcome)
        ? 'SUCCEEDED'
        : /^(Error|Aborted|Timeout|Disconnected)$/.test(outcome)
          ? 'ERROR'
          : outcome === 'Failed'
            ? 'FAILED'
            : 'SKIPPED',
      seconds: hours * 3600 + minutes * 60 + seconds,
      message: information && attribute(information, 'Message'),
    });
  });
};

interface CucumberFeature {
  name?: string;
  elements?: {
    name?: string;
    type?: string;
    steps?: { result?: { status?: string; duration?: number; error_message?: string } }[];
  }[];
}

/** Cucumber's JSON: a scenario is a case; its durations are nanoseconds; a background belongs to its scenarios. */
const cucumber: TestReportFormat = (text) => {
  const features = JSON.parse(text) as unknown;
  if (!Array.isArray(features)) throw new Error('no list of features');
  return (features as CucumberFeature[]).flatMap((feature) =>
    (feature.elements ?? [])
      .filter((element) => element.type !== 'background')
      .map((scenario) => {
        const results = (scenario.steps ?? []).map((step) => step.result ?? {});
        const failed = results.find((result) => result.status === 'failed');
        const skipped = results.some((result) => result.status !== undefined && result.status !== 'passed');
        return testCase({
          name: scenario.name,
          suite: feature.name,
          status: failed ? 'FAILED' : skipped ? 'SKIPPED' : 'SUCCEEDED',
          seconds: results.reduce((sum, result) => sum + (result.duration ?? 0) / 1e9, 0),
          message: failed?.error_message,
        });
      }),
  );
};

/** The formats of test reports by CodeBuild's names (CodeBuild User Guide, "Test reports"). */
export const TEST_REPORT_FORMATS: Readonly<Record<string, TestReportFormat>> = {
  JUNITXML: junit,
  CUCUMBERJSON: cucumber,
  NUNITXML: nunit,
  NUNIT3XML: nunit3,
  TESTNGXML: testng,
  VISUALSTUDIOTRX: trx,
};
