import type { RunState } from '../../model/run-state';
import { markup, type Part } from '../markup';
import { isFailed, shownReports, type ShownCase } from '../test-cases';

/** Cases of a report that the page lists; the others are counted, and are in the report's file. */
const CASES = 200;

/** The test results of an execution: each report with its cases, what failed first. */
export function tests(state: RunState, executionId: string | undefined, runDirectory: string): Part {
  const reports = shownReports(state, runDirectory).filter((one) => one.executionId === executionId);
  if (reports.length === 0) return '';
  const blocks = reports.map(({ action, report, cases }) => {
    const failed = report.failed + report.error;
    const coverage = report.lineCoverage === undefined ? '' : `, ${report.lineCoverage.toFixed(1)} % of lines covered`;
    const head = markup`${action}, ${report.group}: <span class="${failed > 0 ? 'Failed' : 'Succeeded'}">${report.passed} passed, ${failed} failed, ${report.skipped} skipped</span>${coverage}`;
    const more =
      cases.length > CASES
        ? markup`<p>and ${cases.length - CASES} more${report.file ? ` in ${report.file}` : ''}</p>`
        : '';
    return markup`<details${failed > 0 ? markup` open` : ''}><summary>${head}</summary><table>${cases.slice(0, CASES).map(row)}</table>${more}</details>`;
  });
  return markup`<h2 id="tests">Test results</h2>${blocks}`;
}

function row(one: ShownCase): Part {
  const name = [one.suite, one.name].filter(Boolean).join(' › ');
  const message = isFailed(one) && one.message ? markup`<pre>${one.message}</pre>` : '';
  return markup`<tr><td class="${one.status}">${one.status.toLowerCase()}</td><td>${name}${message}</td><td class="time">${one.seconds.toFixed(2)} s</td></tr>`;
}
