import { applyEvent } from '../../model/apply-event';
import { outcomeLines } from '../../views/outcome';
import { pageRun } from '../../views/page/model';
import { renderReport } from '../../views/report/report';
import { BACK, BAD, GOOD, rolledBackRun } from './rolled-back-run';

// Every view speaks of the execution that the verdict is about, and names the rollback as one.
const state = rolledBackRun();
const said = `Verify was not rolled back to ${GOOD.slice(0, 8)} (execution ${BACK.slice(0, 8)}): Verify/Test1 failed (index.html does not exist)`;

test('the report shows the failing commit, its stages and its failure, and the rollback as a notice', () => {
  const html = renderReport(state, '/nowhere');
  const head = html.slice(html.indexOf('<main>'), html.indexOf('Executions of this run'));
  expect(head).toContain('feat: nicknames');
  expect(head).not.toContain('주문');
  expect(head).toContain('Verify/Test0: drift in the database');
  expect(head).toContain(said);
  const stages = html.slice(html.indexOf('Stages and actions'), html.indexOf('Time line'));
  expect(stages).toMatch(/Source <span class="Succeeded">/);
  expect(stages).toContain('drift in the database');
  expect(stages).not.toContain('index.html');
});

test('the report lists every execution, says when it ran and on what, and colours failures apart from the critical path', () => {
  const html = renderReport(state, '/nowhere');
  const table = html.slice(html.indexOf('Executions of this run'), html.indexOf('Stages and actions'));
  expect(table).toContain(`Rollback of Verify to ${GOOD.slice(0, 8)}`);
  expect(table.match(/<tr>/g)).toHaveLength(3);
  expect(html).toMatch(/Started .*2026.*, took .* cores, Node\.js/);
  expect(html).toMatch(/<b>Verify\/Test0<\/b><div class="track"><i class="bad"/);
  expect(html).toMatch(/class="key".*critical path.*failed/);
});

test('the terminal’s last lines name the same failure, then the rollback', () => {
  const lines = outcomeLines(state, { run: '/run', report: '/run/report.html' });
  expect(lines[0]).toBe('Verify/Test0 failed; 1 of 4 actions passed');
  expect(lines).toContain(said);
  expect(lines.join('\n')).not.toContain('Verify/Test1: index.html');
});

test('while it is served, the next command is one that the served run takes', () => {
  const lines = outcomeLines(state, { run: '/run', report: '/run/report.html', served: true }).join('\n');
  expect(lines).toContain('npx saiondo retry Verify');
  expect(lines).not.toContain('rehearse --resume');
});

test('the page shows the judged execution first', () => {
  expect(pageRun(state, { live: false, controllable: false, current: false })).toMatchObject({
    judged: BAD,
    executions: [{}, { status: 'Failed' }, { kind: `Rollback of Verify to ${GOOD.slice(0, 8)}`, rollback: said }],
  });
});

test('a run that continues has neither the verdict nor the summary of before', () => {
  const resumed = applyEvent(rolledBackRun(), {
    v: 1,
    sequence: 99,
    time: '2026-01-01T01:00:00.000Z',
    kind: 'run.resumed',
    pid: 1,
  });
  expect(resumed).not.toHaveProperty('verdict');
  expect(resumed).not.toHaveProperty('summary');
});
