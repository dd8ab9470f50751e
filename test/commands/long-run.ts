import { recordedPipeline, uuidOf } from '../../bench/recorded-run';
import type { RunEvent, RunEventBody } from '../../model/events';
import type { ActionDefinition, PipelineDefinition } from '../../model/pipeline';

const MESSAGE = 'feat: 주문 목록에 배송 상태와 예상 도착 시간을 함께 보여 주고 누르면 상세 화면으로 이동한다';
const action = (name: string, category: ActionDefinition['category'], runOrder: number): ActionDefinition => ({
  name,
  category,
  provider: category === 'Approval' ? 'Manual' : category === 'Source' ? 'CodeStarSourceConnection' : 'CodeBuild',
  owner: 'AWS',
  version: '1',
  region: 'eu-west-1',
  runOrder,
  configuration: {},
  inputArtifacts: [],
  outputArtifacts: [],
});

/** A pipeline as large as the sample's: 7 stages, 46 actions. */
export const LARGE: PipelineDefinition = {
  ...recordedPipeline(1),
  stages: [
    { name: 'Source', actions: [action('App', 'Source', 1), action('Pipeline', 'Source', 1)] },
    { name: 'Build', actions: [action('Synth', 'Build', 1)] },
    { name: 'UpdatePipeline', actions: [action('SelfMutate', 'Build', 1)] },
    { name: 'Verify', actions: Array.from({ length: 5 }, (_, at) => action(`Test${at}`, 'Build', 1)) },
    { name: 'Dev', actions: Array.from({ length: 18 }, (_, at) => action(`Data.Step${at}`, 'Build', 1 + (at % 6))) },
    { name: 'Promote', actions: [action('Approve', 'Approval', 1)] },
    { name: 'Prod', actions: Array.from({ length: 18 }, (_, at) => action(`Data.Step${at}`, 'Build', 1 + (at % 6))) },
  ],
};

/** The events of a run of {@link LARGE}: so many executions after each other, which all pass; times are two seconds apart. */
export function longRun(executions: number): RunEvent[] {
  const bodies: RunEventBody[] = [
    {
      kind: 'run.started',
      runId: '20260101-100000-aaaa',
      version: '0',
      pipeline: 'recorded',
      assembly: '',
      options: {},
      pid: 1,
    },
    { kind: 'process.started', name: 'AWS endpoint', endpoint: 'http://127.0.0.1:4600' },
    { kind: 'pipeline.defined', definition: LARGE },
    ...Array.from({ length: 15 }, (_, at): RunEventBody => ({
      kind: 'message',
      level: 'limit',
      text: `limit ${at % 12}`,
    })),
    ...Array.from({ length: executions }, (_, at) => execution(uuidOf(`execution ${at}`))).flat(),
    { kind: 'run.ended', verdict: 'passed', summary: '46 of 46 actions rehearsed, all passed', exitCode: 0 },
  ];
  return bodies.map((body, at) => ({
    v: 1,
    sequence: at + 1,
    time: new Date(Date.UTC(2026, 0, 1) + at * 2000).toISOString(),
    ...body,
  }));
}

function execution(executionId: string): RunEventBody[] {
  return [
    { kind: 'execution.started', executionId, structureVersion: 'v1', trigger: { type: 'StartPipelineExecution' } },
    ...LARGE.stages.flatMap((stage): RunEventBody[] => [
      { kind: 'stage.started', executionId, stage: stage.name },
      ...stage.actions.flatMap((one): RunEventBody[] => {
        const key = {
          executionId,
          stage: stage.name,
          action: one.name,
          actionExecutionId: uuidOf(`${executionId}${stage.name}${one.name}`),
        };
        return [
          {
            kind: 'action.started',
            ...key,
            category: one.category,
            provider: one.provider,
            runOrder: one.runOrder,
            configuration: {},
            inputArtifacts: [],
          },
          ...(one.category === 'Source'
            ? [
                {
                  kind: 'execution.revisions' as const,
                  executionId,
                  revisions: [
                    {
                      actionName: one.name,
                      repository: 'acme/shop',
                      branch: 'main',
                      commitId: 'c0ffee'.padEnd(40, '0'),
                      message: MESSAGE,
                    },
                  ],
                },
              ]
            : []),
          { kind: 'action.ended', ...key, status: 'Succeeded' },
        ];
      }),
      { kind: 'stage.ended', executionId, stage: stage.name, status: 'Succeeded' },
    ]),
    { kind: 'execution.ended', executionId, status: 'Succeeded' },
  ];
}
