import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ActionContext } from '../../engine/ports/action';
import { actionRunners } from '../../engine/codepipeline/providers/action-runners';
import type { ActionServices } from '../../engine/codepipeline/actions/action-provider';
import type { StackLedger } from '../../engine/ports/ledger';
import { Layout } from '../../model/layout';
import type { PipelineDefinition } from '../../model/pipeline';
import { plainMachine } from '../scenario/pipeline-session';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-memory-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const MEGABYTE = 1024 * 1024;

/** Runs one command as a build. @returns bytes of its log, and by how many bytes the engine's memory grew at most while it ran */
async function run(command: string): Promise<{ log: number; grown: number }> {
  const source = fs.mkdtempSync(path.join(root, 'source-'));
  fs.writeFileSync(path.join(source, 'a'), '');
  const layout = new Layout(fs.mkdtempSync(path.join(root, 'state-')));
  let log = '';
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const runners = actionRunners({} as ActionServices);
  const result = await runners.get('Compute/AWS/Commands')?.({
    layout,
    runId: 'run',
    pipeline: { name: 'p', account: '111111111111', region: 'eu-west-1', stackName: 'P' } as PipelineDefinition,
    executionId: 'e',
    actionExecutionId: 'a',
    stage: 'S',
    action: {
      name: 'Loud',
      category: 'Compute',
      owner: 'AWS',
      provider: 'Commands',
      version: '1',
      runOrder: 1,
      configuration: {},
      inputArtifacts: ['Source'],
      outputArtifacts: [],
      region: 'eu-west-1',
      commands: [command],
    },
    inputs: [{ name: 'Source', path: source }],
    outputs: [],
    ledger: { get: () => undefined, list: () => [], resources: () => [] } satisfies StackLedger,
    local: plainMachine({}, root),
    emit: (event) => {
      if (event.kind === 'build.started') log = path.join(layout.run('run'), event.log);
    },
    signal: new AbortController().signal,
    revisionOf: () => undefined,
  } satisfies ActionContext);
  clearInterval(watch);
  expect(result?.status).toBe('Succeeded');
  return { log: fs.statSync(log).size, grown: most - before };
}

test.each([
  ['many lines', 'yes "a line of a log that goes on and on" | head -c 300000000'],
  ['one line without an end', 'head -c 300000000 /dev/zero | tr "\\0" x'],
])(
  'a log of 300 MB, %s, is not kept in memory',
  async (_what, command) => {
    const { log, grown } = await run(command);
    expect(log).toBeGreaterThan(300_000_000);
    expect(grown / MEGABYTE).toBeLessThan(150);
  },
  120_000,
);
