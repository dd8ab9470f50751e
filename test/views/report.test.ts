import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedPipeline } from '../../bench/recorded-run';
import { jobSummary } from '../../views/job-summary';
import type { ActionDefinition } from '../../model/pipeline';
import type { RunEvent, RunEventBody } from '../../model/events';
import { applyEvent } from '../../model/apply-event';
import { emptyRun } from '../../model/run-state';
import { renderReport } from '../../views/report/report';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-report-'));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

const EVIL = '<img src=x onerror=alert(1)>';
const key = { executionId: 'e', stage: 'Verify', action: 'Test', actionExecutionId: 'a' };
const build = { ...key, buildId: 'p:1' };
const bodies: RunEventBody[] = [
  { kind: 'run.started', runId: 'r', version: '0', pipeline: 'p', assembly: '', options: {}, pid: 1 },
  { kind: 'execution.started', executionId: 'e', structureVersion: 's', trigger: { type: 'Manual' } },
  {
    kind: 'execution.revisions',
    executionId: 'e',
    revisions: [{ actionName: 'Shop', repository: 'acme/shop', branch: 'main', commitId: 'c0ffee', message: EVIL }],
  },
  { kind: 'stage.started', executionId: 'e', stage: 'Verify' },
  {
    kind: 'action.started',
    ...key,
    category: 'Build',
    provider: 'CodeBuild',
    runOrder: 1,
    configuration: {},
    inputArtifacts: ['Shop'],
  },
  {
    kind: 'build.started',
    ...build,
    project: 'p',
    buildNumber: 1,
    buildspec: 'buildspec.yml',
    log: 'log.txt',
    timeoutMinutes: 5,
  },
  { kind: 'build.ended', ...build, status: 'FAILED', logBytes: 10 },
  {
    kind: 'action.ended',
    ...key,
    status: 'Failed',
    externalExecutionId: 'p:1',
    failure: {
      code: 'JobFailed',
      message: 'Error while executing command: npm test. Reason: exit status 1',
      where: { file: 'buildspec.yml', line: 7, column: 9, path: 'phases.build.commands[0]' },
      phase: 'BUILD',
      command: 'npm test',
      exitCode: 1,
      tail: [EVIL],
    },
  },
  { kind: 'run.ended', verdict: 'failed', summary: EVIL, exitCode: 1 },
];

test('a failed run’s report says first what failed, where, and what to type; nothing that it shows is markup', () => {
  fs.writeFileSync(path.join(directory, 'log.txt'), `\u001b[31mred\u001b[0m ${EVIL}\n`);
  const state = bodies
    .map((body, at): RunEvent => ({ v: 1, sequence: at + 1, time: new Date(at * 1000).toISOString(), ...body }))
    .reduce(applyEvent, emptyRun());
  const html = renderReport(state, directory);
  const said = html.slice(html.indexOf('What failed'), html.indexOf('Stages and actions'));
  expect(said).toContain('buildspec.yml:7:9 (phases.build.commands[0])');
  expect(said).toContain('npm test');
  expect(said).toContain('npx saiondo rehearse --resume r --only Verify/Test');
  expect(html).not.toContain('<img');
  expect(html.match(/&#60;img/g)?.length).toBeGreaterThanOrEqual(4);
  expect(html).not.toContain('\u001b');
  expect(html).not.toMatch(/<script|https?:\/\/(?!127)/);
});

test('what was not rehearsed is named as everywhere else', () => {
  const ended = bodies.map((body) =>
    body.kind === 'action.ended'
      ? { ...key, kind: body.kind, status: 'NotRehearsed' as const, missing: ['needs helm'] }
      : body,
  );
  const action: ActionDefinition = {
    ...{ name: 'Test', category: 'Build', provider: 'CodeBuild', owner: 'AWS', version: '1', runOrder: 1 },
    ...{ region: 'eu-west-1', configuration: {}, inputArtifacts: [], outputArtifacts: [] },
  };
  const definition = { ...recordedPipeline(1, 's'), stages: [{ name: 'Verify', actions: [action] }] };
  const state = [...ended.slice(0, 1), { kind: 'pipeline.defined' as const, definition }, ...ended.slice(1)]
    .map((body, at): RunEvent => ({ v: 1, sequence: at + 1, time: new Date(at * 1000).toISOString(), ...body }))
    .reduce(applyEvent, emptyRun());
  const html = renderReport(state, '/nowhere');
  expect(html).toContain('<td class="NotRehearsed">not rehearsed</td>');
  expect(html).toContain('needs helm');
  expect(jobSummary(state)).toMatch(/\| Verify\/Test \| not rehearsed/);
});
