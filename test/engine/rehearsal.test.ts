import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { ApprovalDecision } from '../../engine/codepipeline/execution/approval';
import type { PipelineControl } from '../../engine/ports/pipeline-control';
import { readRun } from '../../engine/runs/event-log';
import { rehearse, type RehearsalOptions } from '../../engine/rehearsal/rehearsal';
import { Layout } from '../../model/layout';
import type { RunState } from '../../model/run-state';
import {
  deployPipeline,
  makeRepository,
  PIPELINE,
  plainMachine,
  standIn,
  templateOf,
} from '../scenario/pipeline-session';

const roots: string[] = [];
afterAll(() => roots.forEach((root) => fs.rmSync(root, { recursive: true, force: true })));

/** A folder with a deployed pipeline: a build, an approval, a deployment. */
async function folder(): Promise<{ layout: Layout; options: RehearsalOptions }> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-rehearse-'));
  roots.push(root);
  const layout = new Layout(path.join(root, 'state'));
  await deployPipeline(
    templateOf({
      Stages: [
        { Name: 'Source', Actions: [{ Name: 'Source', Source: true }] },
        { Name: 'Build', Actions: [{ Name: 'Compile', Run: ['test ! -e "$FLAGS/broken"'] }] },
        { Name: 'Prod', Actions: [{ Name: 'Promote', Approval: true }] },
      ],
    }),
    new DiskLedger(layout),
  );
  const repository = path.join(root, 'repository');
  await makeRepository(repository, path.join(root, 'none'));
  const options: RehearsalOptions = {
    layout,
    version: '0.0.0',
    assembly: () => Promise.reject(new Error('the pipeline is deployed already')),
    deployAssembly: false,
    pipeline: PIPELINE,
    sources: new Map([['owner/repository', { path: repository }]]),
    fixtures: { processes: [], parameters: [], secrets: [] },
    approve: () => Promise.resolve(undefined),
    strict: false,
    listeners: [],
    signal: new AbortController().signal,
    machine: () =>
      Promise.resolve({
        ...standIn(layout, plainMachine({ FLAGS: root }, root)),

        containersMissing: 'not in this test',
        close: () => Promise.resolve(),
      }),
  };
  return { layout, options };
}

test('a run that nobody approves waits, and the next engine continues with the same approval', async () => {
  const { options } = await folder();
  const waiting = await rehearse(options);
  expect(waiting).toMatchObject({ verdict: 'waiting', summary: 'waits for Prod/Promote; 2 of 3 actions passed' });
  const token = waiting.executions[0]?.actions.get('Prod/Promote')?.approval?.token;
  const state = await rehearse({
    ...options,
    resume: waiting.runId,
    approve: () => Promise.resolve({ status: 'Approved', by: 'somebody' }),
  });
  expect(state).toMatchObject({ verdict: 'passed', exitCode: 0 });
  expect(state.executions).toHaveLength(1);
  expect(state.executions[0]?.actions.get('Prod/Promote')?.approval).toMatchObject({ token, by: 'somebody' });
  expect(state.executions[0]?.actionExecutions).toHaveLength(3);
});

test('a failed run that is resumed retries what failed', async () => {
  const { layout, options } = await folder();
  const flag = path.join(path.dirname(layout.root), 'broken');
  fs.writeFileSync(flag, '');
  const failed = await rehearse(options);
  expect(failed).toMatchObject({ verdict: 'failed', exitCode: 1 });
  expect(failed.summary).toMatch(/^Build\/Compile failed; 1 of 3/);
  fs.rmSync(flag);
  const state = await rehearse({ ...options, resume: failed.runId });
  expect(state.verdict).toBe('waiting');
  expect(state.executions[0]?.actionExecutions.map((one) => `${one.action} ${one.status}`)).toEqual([
    'Source Succeeded',
    'Compile Failed',
    'Compile Succeeded',
    'Promote InProgress',
  ]);
});

test('--until ends after a stage; a run that is past it, and a stage that there is not, are refused as they are', async () => {
  const { layout, options } = await folder();
  const waiting = await rehearse(options);
  await expect(rehearse({ ...options, resume: waiting.runId, until: 'Build' })).rejects.toMatchObject({
    code: 'STAGE_PASSED',
    message: `--until Build: the run ${waiting.runId} has entered Prod already`,
  });
  // Nothing was touched: the run waits as before.
  expect(readRun(layout.events(waiting.runId))).toMatchObject({ verdict: 'waiting', sequence: waiting.sequence });
  await expect(rehearse({ ...options, until: 'Bulid' })).rejects.toMatchObject({
    code: 'STAGE_MISSING',
    next: expect.stringMatching(/^its stages: Source, Build, Prod;/) as string,
  });
  const source = await rehearse({ ...options, until: 'Source' });
  expect([...(source.executions[0]?.stages.keys() ?? [])]).toEqual(['Source']);
  const build = await rehearse({ ...options, resume: source.runId, until: 'Build' });
  expect(build.verdict).toBe('passed');
  expect([...(build.executions[0]?.stages.keys() ?? [])]).toEqual(['Source', 'Build']);
});

test('an approval is decided by the terminal or by a request, whichever comes first', async () => {
  const { options } = await folder();
  let ended: Error | undefined;
  const state = await rehearse({
    ...options,
    approve: ({ signal }) =>
      new Promise<ApprovalDecision | undefined>((_done, stop) => {
        signal.addEventListener('abort', () => stop((ended = new Error('somebody else has decided'))));
      }),
    onControl: (control, current) => decideWhenAsked(control, current),
    listeners: [(_event, current) => decideWhenAsked(asked.control, () => current)],
  });
  expect(state.verdict).toBe('passed');
  expect(ended).toBeDefined();
});

const asked: { control?: PipelineControl } = {};
/** Decides by a request as soon as the approval waits. */
function decideWhenAsked(control: PipelineControl | undefined, current: () => RunState): void {
  if (control) asked.control = control;
  const approval = current().executions[0]?.actions.get('Prod/Promote')?.approval;
  if (!control || !approval || approval.status) return;
  // Not from inside the listener: a request comes from another turn of the event loop.
  setImmediate(() => {
    if (current().executions[0]?.actions.get('Prod/Promote')?.approval?.status) return;
    control.putApprovalResult({
      pipelineName: PIPELINE,
      stageName: 'Prod',
      actionName: 'Promote',
      token: approval.token,
      result: { status: 'Approved', summary: '' },
      by: 'a request',
    });
  });
}

test('a session that stays open takes requests after its verdict, for executions of earlier runs too', async () => {
  const { layout, options } = await folder();
  const flag = path.join(path.dirname(layout.root), 'broken');
  fs.writeFileSync(flag, '');
  const failed = await rehearse(options);
  fs.rmSync(flag);
  const until = await rehearse({ ...options, until: 'Source' });
  expect(until).toMatchObject({ verdict: 'passed' });

  const stop = new AbortController();
  const verdicts: (string | undefined)[] = [];
  let control: PipelineControl | undefined;
  const state = await rehearse({
    ...options,
    until: 'Source',
    signal: stop.signal,
    stayOpen: true,
    onControl: (one) => (control = one),
    beforeClose: (current) => {
      verdicts.push(current.verdict);
      if (verdicts.length === 1)
        control?.startPipelineExecution({ name: PIPELINE, trigger: { type: 'StartPipelineExecution' } });
      if (verdicts.length === 2)
        control?.retryStageExecution({
          pipelineName: PIPELINE,
          stageName: 'Build',
          pipelineExecutionId: failed.executions[0]?.executionId ?? '',
          retryMode: 'FAILED_ACTIONS',
        });
      if (verdicts.length === 3) stop.abort();
      return Promise.resolve();
    },
  });
  expect(verdicts).toEqual(['passed', 'passed', 'passed']);
  expect(state.executions).toHaveLength(2);
  const retried = readRun(layout.events(failed.runId));
  expect(retried.verdict).toBe('waiting');
  expect(retried.executions[0]?.actions.get('Build/Compile')?.status).toBe('Succeeded');
});
