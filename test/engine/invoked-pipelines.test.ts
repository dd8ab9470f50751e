import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Template } from '../../engine/cloudformation/template/template';
import { readRun } from '../../engine/runs/event-log';
import { rehearse } from '../../engine/rehearsal/rehearsal';
import { Layout } from '../../model/layout';
import { currentExecution, type RunState } from '../../model/run-state';
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

const invoke = (PipelineName: string, more: Record<string, string> = {}) => ({
  Name: 'Start',
  ActionTypeId: { Category: 'Invoke', Owner: 'AWS', Provider: 'CodePipeline', Version: '1' },
  Configuration: { PipelineName, ...more },
});
const source = { Name: 'Source', Actions: [{ Name: 'Source', Source: true, Namespace: 'Code' }] };

/** Rehearses a pipeline whose action starts `target`, which prints its variable. @returns its run, and those that it started */
async function run(start: Record<string, unknown>, target: string): Promise<{ state: RunState; started: RunState[] }> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-invoke-'));
  roots.push(root);
  const layout = new Layout(path.join(root, 'state'));
  const own = templateOf({ Stages: [source, { Name: 'Next', Actions: [start] }] });
  const { Pipeline, ...projects } = templateOf({
    Name: 'target',
    Variables: [{ Name: 'WHO', DefaultValue: 'nobody' }],
    Stages: [
      source,
      {
        Name: 'Build',
        Actions: [
          {
            Name: 'Tell',
            Run: ['echo "asked for $WHO at $(cat file.txt)"', target],
            Configuration: { EnvironmentVariables: '[{"name":"WHO","value":"#{variables.WHO}"}]' },
          },
        ],
      },
    ],
  }).Resources;
  await deployPipeline(
    { Resources: { ...own.Resources, ...projects, Target: Pipeline } } as unknown as Template,
    new DiskLedger(layout),
  );
  const repository = path.join(root, 'repository');
  await makeRepository(repository, path.join(root, 'none'));
  const state = await rehearse({
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
    machine: () => Promise.resolve({ ...standIn(layout, plainMachine({}, root)), close: () => Promise.resolve() }),
  });
  const started = fs
    .readdirSync(layout.runs())
    .filter((runId) => runId !== state.runId)
    .map((runId) => readRun(layout.events(runId)));
  for (const one of started)
    for (const build of one.builds.values())
      Object.assign(build, { log: fs.readFileSync(path.join(layout.run(one.runId), build.log), 'utf8') });
  return { state, started };
}

test('a pipeline starts another with variables, and is not told of its end', async () => {
  const { state, started } = await run(
    invoke('target', { Variables: JSON.stringify([{ name: 'WHO', value: '#{Code.BranchName}' }]) }),
    'exit 3',
  );
  expect(state.verdict).toBe('passed');
  expect(currentExecution(state)?.actions.get('Next/Start')).toMatchObject({
    status: 'Succeeded',
    externalExecutionId: started[0]?.executions[0]?.executionId,
  });
  expect(started).toHaveLength(1);
  expect(started[0]).toMatchObject({ pipeline: 'target', verdict: 'failed' });
  expect(started[0]?.executions[0]?.trigger).toEqual({
    type: 'StartPipelineExecution',
    detail: `${PIPELINE}, Next/Start`,
  });
  expect([...(started[0]?.builds.values() ?? [])][0]?.log).toMatch(/^asked for main at content$/m);
  expect(state.messages).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      text: expect.stringMatching(/^target, run \S+: failed: Build\/Tell failed/),
    }),
  );
});

test.each([
  ['elsewhere', ['the pipeline elsewhere']],
  [PIPELINE, ['a pipeline that starts itself']],
])('%s cannot be started here: not rehearsed, said before the start', async (name, missing) => {
  const { state, started } = await run(invoke(name), 'true');
  expect(state.verdict).toBe('incomplete');
  expect(currentExecution(state)?.actions.get('Next/Start')).toMatchObject({ status: 'NotRehearsed', missing });
  expect(state.messages).toContainEqual(
    expect.objectContaining({ level: 'limit', text: `Next/Start will not be rehearsed: needs ${missing.join()}` }),
  );
  expect(started).toEqual([]);
});

test('what the target refuses fails the action that starts it', async () => {
  const { state, started } = await run(
    invoke('target', { Variables: JSON.stringify([{ name: 'UNKNOWN', value: 'x' }]) }),
    'true',
  );
  expect(currentExecution(state)?.actions.get('Next/Start')).toMatchObject({
    status: 'Failed',
    failure: { code: 'ValidationException', message: 'target has no variable UNKNOWN' },
  });
  expect(started).toMatchObject([{ verdict: 'failed', summary: 'target has no variable UNKNOWN' }]);
});
