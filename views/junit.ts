import type { RunState } from '../model/run-state';
import { escape } from './markup';
import { isFailed, shownReports, type ShownCase, type ShownReport } from './test-cases';

/**
 * Every test of a run as one JUnit file: a suite for each report of each build. Continuous integration reads it (Jenkins, GitLab, GitHub's actions).
 * Coverage reports have no cases and are left out.
 * @param clean takes secrets out of what a test wrote; the names of pipelines and actions stay
 */
export function junitXml(
  state: RunState,
  runDirectory: string,
  clean: (text: string) => string = (text) => text,
): string {
  const reports = shownReports(state, runDirectory).filter((one) => one.cases.length > 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(`${state.pipeline} ${state.runId}`)}" tests="${sum(reports, () => true)}" failures="${sum(reports, isFailed)}">`,
    ...reports.map((one) => suite(one, clean)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ action, report, cases, executionId }: ShownReport, clean: (text: string) => string): string {
  const count = (status: ShownCase['status']): number => cases.filter((one) => one.status === status).length;
  const time = cases.reduce((all, one) => all + one.seconds, 0);
  return [
    `  <testsuite name="${escape(`${action} ${report.group}`)}" id="${escape(executionId)}" tests="${cases.length}" failures="${count('FAILED')}" errors="${count('ERROR')}" skipped="${count('SKIPPED')}" time="${time.toFixed(3)}">`,
    ...cases.map((one) => testCase(action, one, clean)),
    '  </testsuite>',
  ].join('\n');
}

function testCase(
  action: string,
  { name, suite: of, status, seconds, message: written = '' }: ShownCase,
  clean: (text: string) => string,
): string {
  const message = clean(written);
  const head = `    <testcase classname="${escape(of === undefined ? action : clean(of))}" name="${escape(clean(name))}" time="${seconds.toFixed(3)}"`;
  const first = escape(message.split('\n')[0] ?? '');
  switch (status) {
    case 'SUCCEEDED':
      return `${head}/>`;
    case 'SKIPPED':
      return `${head}><skipped/></testcase>`;
    case 'FAILED':
    case 'ERROR': {
      const element = status === 'FAILED' ? 'failure' : 'error';
      return `${head}><${element} message="${first}">${escape(message)}</${element}></testcase>`;
    }
  }
}

function sum(reports: readonly ShownReport[], test: (one: ShownCase) => boolean): number {
  return reports.reduce((all, { cases }) => all + cases.filter(test).length, 0);
}
