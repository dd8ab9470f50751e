import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { parse } from 'yaml';
import { applyEvent } from '../../model/apply-event';
import type { RunEvent, RunEventBody } from '../../model/events';
import { emptyRun } from '../../model/run-state';
import { jobSummary } from '../../views/job-summary';
import { junitXml } from '../../views/junit';
import { renderReport } from '../../views/report/report';
import { ROLLED_BACK } from './rolled-back-run';

const stateOf = (bodies: readonly RunEventBody[]) => {
  const state = emptyRun();
  bodies.forEach((body, index) =>
    applyEvent(state, { ...body, v: 1, seq: index + 1, time: '2026-11-28T12:00:00.000Z' } as unknown as RunEvent),
  );
  return state;
};

test('the summary is of the execution that the verdict is about, and names the rollback', () => {
  const summary = jobSummary(stateOf(ROLLED_BACK));
  expect(summary).toContain('rolled back to');
  expect(summary).toContain('| Verify/Test0 |');
  expect(summary).toContain('### Verify/Test0');
});

test('a pipeline whose name is known only when it is read has it in everything that a run leaves', () => {
  const state = stateOf(ROLLED_BACK.map((one) => (one.kind === 'run.started' ? { ...one, pipeline: '' } : one)));
  expect(jobSummary(state)).toMatch(/^## recorded: /);
  expect(junitXml(state, '/nowhere')).toContain(`<testsuites name="recorded ${state.runId}"`);
  expect(renderReport(state, '/nowhere')).toContain(`<title>recorded ${state.runId}</title>`);
});

const EVIL = '![x](https://evil.example/a.png) <img src=x> | @all www.evil.example ``` `code`';

test('what a repository brings is text, and no fence ends early', () => {
  const key = { executionId: 'e', stage: 'Verify', action: EVIL, actionExecutionId: 'a' };
  const summary = jobSummary(
    stateOf([
      { kind: 'run.started', runId: 'r', version: '0', pipeline: 'p', assembly: '', options: {}, pid: 1 },
      { kind: 'execution.started', executionId: 'e', structureVersion: 's', trigger: { type: 'Manual' } },
      { kind: 'stage.started', executionId: 'e', stage: 'Verify' },
      {
        kind: 'action.started',
        ...key,
        category: 'Build',
        provider: 'CodeBuild',
        runOrder: 1,
        configuration: {},
        inputArtifacts: [],
      },
      {
        kind: 'action.ended',
        ...key,
        status: 'Failed',
        failure: { code: 'JobFailed', message: EVIL, command: EVIL, tail: ['````', '</details>', EVIL] },
      },
      { kind: 'run.ended', verdict: 'failed', summary: EVIL, exitCode: 1 },
    ]),
  );
  let fence = '';
  for (const line of summary.split('\n')) {
    const opened = fence === '' ? /^(`{3,})text$/.exec(line)?.[1] : undefined;
    if (opened) fence = opened;
    else if (line === fence) fence = '';
    if (opened || fence !== '' || line === '') continue;
    expect(line).not.toMatch(/[![\]<>@]|www\.|https:/);
    if (line.startsWith('|')) expect(line.split('|')).toHaveLength(5);
  }
  expect(fence).toBe('');
  expect(summary).toContain('`````text\n````\n</details>');
});

test('the workflow’s own step puts it into the job’s summary', async () => {
  const workflow = parse(fs.readFileSync(path.join(__dirname, '../../.github/workflows/check.yml'), 'utf8')) as {
    jobs: Record<string, { steps: { run?: string }[] }>;
  };
  const step = workflow.jobs.rehearse?.steps.find(({ run }) => run?.includes('GITHUB_STEP_SUMMARY'))?.run ?? '';
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-summary-'));
  try {
    fs.mkdirSync(path.join(folder, '.saiondo/runs/one'), { recursive: true });
    fs.writeFileSync(path.join(folder, '.saiondo/runs/one/summary.md'), '## all passed\n');
    await execa('bash', ['-e', '-c', step], { cwd: folder, env: { GITHUB_STEP_SUMMARY: path.join(folder, 'out.md') } });
    expect(fs.readFileSync(path.join(folder, 'out.md'), 'utf8')).toBe('## all passed\n');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
