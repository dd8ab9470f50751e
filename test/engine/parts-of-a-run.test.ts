import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { readRun } from '../../engine/runs/event-log';
import { rehearse, type RehearsalOptions } from '../../engine/rehearsal/rehearsal';
import type { Change, ChangedSources } from '../../engine/rehearsal/watch';
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

/** A folder with a deployed pipeline whose builds write down that they ran, and what of the source they read. */
async function folder() {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-parts-'));
  roots.push(root);
  const layout = new Layout(path.join(root, 'state'));
  const ran = path.join(root, 'ran.txt');
  fs.writeFileSync(ran, '');
  const run = (name: string): string => `echo "${name} $(cat file.txt 2>/dev/null)" >> '${ran}'`;
  await deployPipeline(
    templateOf({
      Stages: [
        { Name: 'Source', Actions: [{ Name: 'Source', Source: true }] },
        {
          Name: 'Verify',
          Actions: [
            { Name: 'Test', Run: [run('test'), 'test "$(cat file.txt)" != broken'] },
            { Name: 'Lint', Run: [run('lint')] },
          ],
        },
        { Name: 'Prod', Actions: [{ Name: 'Deliver', Run: [run('deliver')] }] },
      ],
    }),
    new DiskLedger(layout),
  );
  const repository = path.join(root, 'repository');
  await makeRepository(repository, path.join(root, 'none'));
  const write = (text: string): void => fs.writeFileSync(path.join(repository, 'file.txt'), text);
  write('1');
  await execa('git', ['-C', repository, 'add', '.']);
  const options: RehearsalOptions = {
    layout,
    version: '0.0.0',
    assembly: () => Promise.reject(new Error('the pipeline is deployed already')),
    deployAssembly: false,
    pipeline: PIPELINE,
    sources: new Map([['owner/repository', { path: repository, uncommitted: true }]]),
    fixtures: { processes: [], parameters: [], secrets: [] },
    approve: () => Promise.resolve(undefined),
    strict: false,
    listeners: [],
    signal: new AbortController().signal,
    machine: () =>
      Promise.resolve({
        ...standIn(layout, plainMachine({}, root)),
        containersMissing: 'not in this test',
        close: () => Promise.resolve(),
      }),
  };
  const since = (): string[] => {
    const lines = fs.readFileSync(ran, 'utf8').split('\n').filter(Boolean).sort();
    fs.writeFileSync(ran, '');
    return lines;
  };
  return { options, since, write };
}
const runs = ({ layout }: RehearsalOptions): RunState[] =>
  fs
    .readdirSync(layout.runs())
    .map((run) => readRun(layout.events(run)))
    .sort((a, b) => a.executions[0]?.startedAt.localeCompare(b.executions[0]?.startedAt ?? '') ?? 0);

test('--only with --needs: the action and what it needs, in a run of its own, without one before it', async () => {
  const { options, since } = await folder();
  const state = await rehearse({ ...options, only: 'Verify/Test', needs: true });
  expect(state).toMatchObject({ verdict: 'passed', summary: '2 of 2 actions rehearsed, all passed', exitCode: 0 });
  expect([...(state.executions[0]?.actions.keys() ?? [])]).toEqual(['Source/Source', 'Verify/Test']);
  expect(since()).toEqual(['test 1']);
});

test('--only with --needs: a need that fails is the verdict, and what comes after it does not start', async () => {
  const { options, since, write } = await folder();
  write('broken');
  const state = await rehearse({ ...options, only: 'Verify/Test', needs: true });
  expect(state).toMatchObject({ verdict: 'failed', exitCode: 1 });
  expect(since()).toEqual(['test broken']);
});

test('--from: the stages before it are taken from the last run that has been through them, and say so', async () => {
  const { options, since, write } = await folder();
  const first = await rehearse(options);
  expect(since()).toEqual(['deliver 1', 'lint 1', 'test 1']);
  // What was taken over stays what it was, whatever the sources are now.
  write('2');
  const state = await rehearse({ ...options, from: 'Prod' });
  expect(state).toMatchObject({ verdict: 'passed', summary: '4 of 4 actions rehearsed, all passed' });
  expect(since()).toEqual(['deliver 1']);
  const [execution] = state.executions;
  expect(execution?.revisions).toEqual(first.executions[0]?.revisions);
  expect(execution?.actions.get('Verify/Test')?.outputVariables).toMatchObject({
    UNCHANGED: `taken from the run ${first.runId}`,
  });
  expect(execution?.actions.get('Prod/Deliver')?.outputVariables?.UNCHANGED).toBeUndefined();
});

test('--from is refused where no run has been through the stages before it, and where there is no such stage', async () => {
  const { options, write } = await folder();
  await expect(rehearse({ ...options, from: 'Prod' })).rejects.toMatchObject({ code: 'RUN_MISSING' });
  write('broken');
  await rehearse(options);
  await expect(rehearse({ ...options, from: 'Prod' })).rejects.toMatchObject({ code: 'RUN_MISSING' });
  await expect(rehearse({ ...options, from: 'Nowhere' })).rejects.toMatchObject({ code: 'STAGE_MISSING' });
});

/** Changes that a test makes: each is a text of the file. */
function changes(write: (text: string) => void, texts: readonly string[], more: Partial<Change> = {}): ChangedSources {
  const left = [...texts];
  return {
    next: () => {
      const text = left.shift();
      if (text === undefined) return Promise.resolve(undefined);
      write(text);
      return Promise.resolve({
        text: `changed: file.txt (${text})`,
        first: ['Verify/Test'],
        follows: true,
        outdated: new Promise<void>(() => undefined),
        ...more,
      });
    },
  };
}

test('--watch: a change has its test’s verdict first, then the pipeline; a test that fails keeps the pipeline from running', async () => {
  const { options, since, write } = await folder();
  const said: string[] = [];
  await rehearse({
    ...options,
    watch: changes(write, ['2', 'broken', '3']),
    listeners: [(event) => void (event.kind === 'message' && said.push(event.text))],
  });
  expect(since()).toEqual([
    ...['deliver 1', 'deliver 2', 'deliver 3'],
    ...['lint 1', 'lint 2', 'lint 3'],
    ...['test 1', 'test 2', 'test 2', 'test 3', 'test 3', 'test broken'],
  ]);
  expect(runs(options).map(({ verdict }) => verdict)).toEqual([
    'passed',
    'passed',
    'passed',
    'failed',
    'passed',
    'passed',
  ]);
  expect(said).toContain('changed: file.txt (broken)');
});

test('--watch: a change that comes while the pipeline runs stops it', async () => {
  const { options, write } = await folder();
  await rehearse({ ...options, watch: changes(write, ['2'], { outdated: Promise.resolve() }) });
  const all = runs(options);
  expect(all.at(-1)?.executions[0]).toMatchObject({
    status: 'Stopped',
    detail: expect.stringContaining('the sources changed'),
  });
});
