import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { packageRoot } from '../commands/package';
import { runBuild } from '../engine/codebuild/build';
import { parseBuildspec } from '../engine/codebuild/parse-buildspec';
import { runCodeBuildAction } from '../engine/codebuild/codebuild-action';
import { PipelineSession } from '../engine/codepipeline/session';
import { DiskLedger } from '../engine/cloudformation/ledger';
import type { LocalAws } from '../engine/local/local-aws';
import { EventLog, readRun } from '../engine/run/event-log';
import { Layout } from '../model/layout';
import type { PipelineDefinition } from '../model/pipeline';
import { currentExecution } from '../model/run-state';
import { largeExecution, manyRuns } from './served-runs';
import { triage } from './triage';

/** Speed against a reference measured in the same run. Each line: what, the ratio or figure, and its bound. */
const LAYERS = 6;
const WIDTH = 10;
const ROUNDS = 3;

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-bench-'));

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e6;
}

function report(name: string, value: number, unit: string, bound: string, detail: string): void {
  console.log(`${name}: ${value.toFixed(2)}${unit} (bound ${bound}; ${detail})`);
}

/** Wall time of the last sample run over the critical path of its actions' own command time. */
function overhead(): void {
  const layout = new Layout(path.join(packageRoot, '.saiondo'));
  const runs = fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().reverse() : [];
  for (const run of runs) {
    const state = readRun(layout.events(run));
    const execution = currentExecution(state);
    if (!execution?.endedAt || execution.status !== 'Succeeded') continue;
    const longest = new Map<string, number>();
    for (const action of execution.actions.values()) {
      const key = `${action.stage}/${action.runOrder}`;
      longest.set(key, Math.max(longest.get(key) ?? 0, action.commandSeconds ?? 0));
    }
    const commands = [...longest.values()].reduce((sum, value) => sum + value, 0);
    const wall = (Date.parse(execution.endedAt) - Date.parse(execution.startedAt)) / 1000;
    return report(
      'run over its own commands',
      wall / commands,
      '',
      '≤ 1.05',
      `${wall.toFixed(1)} s over ${commands.toFixed(1)} s, run ${run}`,
    );
  }
  console.log('run over its own commands: no run to the end here yet; npm start -- --approve Prod makes one');
}

/** Sixty trivial actions in six layers, as a pipeline of ours and as wireit scripts. */
async function engineOverWireit(): Promise<void> {
  const ours: number[] = [];
  const wireit: number[] = [];
  const project = path.join(scratch, 'wireit');
  fs.mkdirSync(project);
  const names = (layer: number): string[] => Array.from({ length: WIDTH }, (_, i) => `l${layer}a${i}`);
  const scripts = Array.from({ length: LAYERS }, (_, layer) =>
    names(layer).map((name) => [name, { command: 'true', dependencies: layer > 0 ? names(layer - 1) : [] }] as const),
  ).flat();
  fs.writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({
      scripts: Object.fromEntries([...scripts.map(([name]) => [name, 'wireit']), ['all', 'wireit']]),
      wireit: { ...Object.fromEntries(scripts), all: { dependencies: names(LAYERS - 1) } },
    }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    wireit.push(
      await timed(() =>
        execa('npm', ['run', 'all'], {
          cwd: project,
          env: {
            PATH: `${path.join(packageRoot, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
            WIREIT_PARALLEL: String(WIDTH),
            WIREIT_CACHE: 'none',
          },
        }),
      ),
    );
    ours.push(await timed(() => trivialPipeline(path.join(scratch, `engine-${round}`))));
  }
  report(
    '60 actions over wireit',
    median(ours) / median(wireit),
    '',
    '≤ 2',
    `${median(ours).toFixed(0)} ms over ${median(wireit).toFixed(0)} ms`,
  );
}

async function trivialPipeline(root: string): Promise<void> {
  const layout = new Layout(root);
  const ledger = new DiskLedger(layout);
  const at = { account: '111111111111', region: 'eu-west-1' };
  ledger.put({
    ...at,
    stackName: 'Bench',
    stackId: 'Bench',
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: {},
    tags: {},
    outputs: {},
    updatedAt: '',
    resources: {
      P: {
        logicalId: 'P',
        type: 'AWS::CodeBuild::Project',
        physicalId: 'p',
        attributes: {},
        standing: 'recorded',
        properties: { Source: { BuildSpec: '{"version":"0.2","phases":{"build":{"commands":["true"]}}}' } },
      },
    },
  });
  const action = { owner: 'AWS', version: '1', region: at.region, runOrder: 1 } as const;
  const pipeline: PipelineDefinition = {
    ...at,
    name: 'bench',
    stackName: 'Bench',
    pipelineType: 'V2',
    executionMode: 'SUPERSEDED',
    restartExecutionOnUpdate: false,
    variables: [],
    triggers: [],
    disabledTransitions: {},
    structureVersion: '1',
    stages: [
      {
        name: 'Source',
        actions: [
          {
            ...action,
            name: 'Source',
            category: 'Source',
            provider: 'Bench',
            configuration: {},
            inputArtifacts: [],
            outputArtifacts: [{ name: 'Source' }],
          },
        ],
      },
      ...Array.from({ length: LAYERS }, (_, layer) => ({
        name: `Layer${layer}`,
        actions: Array.from({ length: WIDTH }, (_unused, i) => ({
          ...action,
          name: `A${i}`,
          category: 'Build' as const,
          provider: 'CodeBuild',
          configuration: { ProjectName: 'p' },
          inputArtifacts: ['Source'],
          outputArtifacts: [],
        })),
      })),
    ],
  };
  const local: LocalAws = {
    endpointUrl: '',
    containers: false,
    environment: () => ({ PATH: process.env.PATH ?? '' }),
    tool: () => undefined,
    secret: () => Promise.resolve(''),
    parameter: () => Promise.resolve(''),
  };
  const log = new EventLog(layout.events('bench'));
  const session = new PipelineSession({
    layout,
    journal: { runId: 'bench', state: log.state, emit: log.emit },
    history: { executions: () => [], reopen: () => ({ runId: '', state: log.state, emit: log.emit }) },
    ledger,
    local,
    runners: new Map([
      ['Source/AWS/Bench', () => Promise.resolve({ status: 'Succeeded' as const })],
      ['Build/AWS/CodeBuild', runCodeBuildAction],
    ]),
    rules: new Map(),
    limits: () => [],
    approve: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    deployed: () => pipeline,
  });
  session.open();
  session.startPipelineExecution({ name: pipeline.name });
  await session.settled();
  const outcome = currentExecution(log.state)?.status;
  log.close();
  if (outcome !== 'Succeeded') throw new Error(`the bench's pipeline ended ${outcome ?? 'never'}`);
}

/** `npm start`'s synth of this app over an empty CDK app's, both through the CLI as `npm start` calls it. */
async function synthOverEmpty(): Promise<void> {
  const cli = require.resolve('aws-cdk/bin/cdk');
  const empty = path.join(scratch, 'empty');
  fs.mkdirSync(empty);
  fs.writeFileSync(
    path.join(empty, 'app.js'),
    `const cdk = require(${JSON.stringify(require.resolve('aws-cdk-lib'))}); const app = new cdk.App({ analyticsReporting: false }); new cdk.Stack(app, 'Empty'); app.synth();`,
  );
  fs.writeFileSync(path.join(empty, 'cdk.json'), JSON.stringify({ app: 'node app.js', versionReporting: false }));
  const times: Record<'app' | 'empty', number[]> = { app: [], empty: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, cwd] of [
      ['app', packageRoot],
      ['empty', empty],
    ] as const) {
      const output = path.join(scratch, `synth-${name}`);
      times[name].push(
        await timed(() =>
          execa(process.execPath, [cli, 'synth', '--quiet', '--no-notices', '--output', output], {
            cwd,
            env: { CDK_VALIDATION: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true' },
          }),
        ),
      );
    }
  }
  report(
    'synth over an empty app’s',
    median(times.app) / median(times.empty),
    '',
    '≤ 2',
    `${median(times.app).toFixed(0)} ms over ${median(times.empty).toFixed(0)} ms`,
  );
}

/** Memory of the engine while a build writes 200 MB. */
async function bigLog(): Promise<void> {
  const directory = path.join(scratch, 'log');
  const source = path.join(directory, 'src');
  fs.mkdirSync(source, { recursive: true });
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const key = { executionId: 'e', stage: 'S', action: 'A', actionExecutionId: 'a', buildId: 'b:1' };
  await runBuild(
    {
      buildId: 'b:1',
      project: 'b',
      buildspec: parseBuildspec(
        'version: 0.2\nphases: { build: { commands: ["yes a line of a very long log | head -c 209715200"] } }',
        'bench.yml',
      ),
      directory,
      source,
      environment: { PATH: process.env.PATH ?? '' },
      secrets: ['a-secret-value'],
      unexportable: new Set(),
      timeoutMinutes: 5,
      outputs: [],
      signal: new AbortController().signal,
    },
    key,
    () => undefined,
  );
  clearInterval(timer);
  most = Math.max(most, process.memoryUsage().rss);
  report(
    'memory for a log of 200 MB',
    (most - before) / 1e6,
    ' MB',
    '< 50 MB',
    `${(before / 1e6).toFixed(0)} MB before`,
  );
}

async function main(): Promise<void> {
  try {
    overhead();
    await bigLog();
    for (const { name, value, unit, bound } of [
      ...(await largeExecution(path.join(scratch, 'large'))),
      ...(await manyRuns(path.join(scratch, 'many'))),
    ])
      console.log(`${name}: ${value.toFixed(2)} ${unit} (bound ${bound} ${unit})`);
    await engineOverWireit();
    await synthOverEmpty();
    await triage((line) => console.log(line));
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
