import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { packageRoot } from '../commands/input/package';
import { runCodeBuildAction } from '../engine/codebuild/start/codebuild-action';
import { DiskLedger } from '../engine/cloudformation/ledger';
import { PipelineSession } from '../engine/codepipeline/execution/session';
import { NO_ISOLATION } from '../engine/isolation/plain';
import type { LocalAws } from '../engine/ports/local-aws';
import { EventLog } from '../engine/runs/event-log';
import { Layout } from '../model/layout';
import type { PipelineDefinition } from '../model/pipeline';
import { currentExecution } from '../model/run-state';
import { median, seconds, type Measured } from './figure';

const LAYERS = 6;
const WIDTH = 10;
const ROUNDS = 5;

/** Sixty trivial actions in six layers, as a pipeline of ours and as wireit scripts. */
export async function engineOverWireit(scratch: string): Promise<Measured> {
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
      await seconds(() =>
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
    ours.push(await seconds(() => trivialPipeline(path.join(scratch, `engine-${round}`))));
  }
  return {
    name: `${LAYERS * WIDTH} actions over wireit`,
    value: median(ours) / median(wireit),
    unit: '',
    bound: 1.5,
    detail: `${median(ours).toFixed(2)} s over ${median(wireit).toFixed(2)} s`,
  };
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
    isolation: NO_ISOLATION,
    endpointUrl: '',
    credentials: () => ({ accessKeyId: 'none', secretAccessKey: 'none' }),
    end: () => undefined,
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
