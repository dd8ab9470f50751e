import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import {
  GetPipelineStateCommand,
  ListRuleExecutionsCommand,
  ListRuleTypesCommand,
  OverrideStageConditionCommand,
} from '@aws-sdk/client-codepipeline';
import type { PipelineControl } from '../../../engine/ports/pipeline-control';
import { EventLog } from '../../../engine/runs/event-log';
import { SaiondoError } from '../../../model/errors';
import { Layout } from '../../../model/layout';
import type { PipelineDefinition } from '../../../model/pipeline';
import { recordedPipeline, uuidOf } from '../../../bench/recorded-run';
import { serve, type Served } from './served';

// Stage conditions by the SDK's own client: their rules, their states, and the override.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-conditions-'));
const layout = new Layout(root);
const runId = '20260101-000001-aaaa';
const executionId = uuidOf(runId);
const asked: object[] = [];
const control = {
  overrideStageCondition: (request: { condition: string }) => {
    if (request.condition === 'onSuccess')
      throw new SaiondoError('it has not failed the stage', { code: 'ConditionNotOverridableException' });
    asked.push(request);
  },
} as unknown as PipelineControl;
let served: Served;

beforeAll(async () => {
  const plain = recordedPipeline(1);
  const rule = { name: 'Open', provider: 'DeploymentWindow', configuration: { Cron: '0 0 * * *' } };
  const beforeEntry = { conditions: [{ result: 'FAIL', rules: [rule] }] };
  const definition: PipelineDefinition = {
    ...plain,
    stages: plain.stages.map((stage) => (stage.name === 'Prod' ? { ...stage, beforeEntry } : stage)),
  };
  const log = new EventLog(layout.events(runId));
  log.emit({ kind: 'run.started', runId, version: '0', pipeline: 'recorded', assembly: '', options: {}, pid: 1 });
  log.emit({ kind: 'pipeline.defined', definition });
  log.emit({ kind: 'execution.started', executionId, structureVersion: 'v1', trigger: { type: 'Manual' } });
  log.emit({ kind: 'transition.changed', stage: 'Prod', enabled: false, reason: 'not now', by: 'Ada' });
  const at = { executionId, stage: 'Prod' };
  const evaluated = {
    kind: 'condition.evaluated',
    ...at,
    condition: 'beforeEntry',
    rule: 'Open',
    provider: 'DeploymentWindow',
    status: 'Failed',
    detail: 'closed',
  } as const;
  log.emit({ kind: 'stage.started', ...at });
  log.emit(evaluated);
  log.emit({ kind: 'stage.ended', ...at, status: 'Failed' });
  log.emit({ kind: 'stage.started', ...at, retry: { mode: 'FAILED_ACTIONS', trigger: 'ManualStageRetry' } });
  log.emit(evaluated);
  log.emit({ kind: 'stage.ended', ...at, status: 'Failed' });
  log.emit({ kind: 'stage.started', ...at, override: 'beforeEntry' });
  log.emit({ kind: 'run.ended', verdict: 'waiting', summary: '', exitCode: 0 });
  log.close();
  served = await serve(layout, { control });
});
afterAll(async () => {
  await served.close();
  fs.rmSync(root, { recursive: true });
});

test('the state of a stage tells its overridden condition, its transition and what its actions work on', async () => {
  const { stageStates } = await served.pipelines.send(new GetPipelineStateCommand({ name: 'recorded' }));
  const prod = stageStates?.find((one) => one.stageName === 'Prod');
  expect(prod).toMatchObject({
    inboundTransitionState: { enabled: false, disabledReason: 'not now', lastChangedBy: 'Ada' },
    latestExecution: { status: 'InProgress' },
    beforeEntryConditionState: {
      latestExecution: { status: 'Overridden' },
      conditionStates: [{ ruleStates: [{ ruleName: 'Open', latestExecution: { status: 'Failed' } }] }],
    },
    retryStageMetadata: { manualStageRetryAttempt: 1 },
  });
  const verify = stageStates?.find((one) => one.stageName === 'Verify');
  expect(verify?.actionStates?.[0]?.entityUrl).toContain('/projects/project-0/view');
});

test('rule executions are listed with their configuration, all or those of the latest attempt', async () => {
  const of = async (startTimeRange: 'All' | 'Latest') => {
    const filter = { latestInPipelineExecution: { pipelineExecutionId: executionId, startTimeRange } };
    const { ruleExecutionDetails } = await served.pipelines.send(
      new ListRuleExecutionsCommand({ pipelineName: 'recorded', filter }),
    );
    return ruleExecutionDetails ?? [];
  };
  expect(await of('All')).toHaveLength(2);
  const [latest, ...others] = await of('Latest');
  expect(others).toEqual([]);
  expect(latest).toMatchObject({
    ruleName: 'Open',
    status: 'Failed',
    input: { ruleTypeId: { provider: 'DeploymentWindow' }, configuration: { Cron: '0 0 * * *' } },
    output: { executionResult: { externalExecutionSummary: 'closed' } },
  });
});

test('the types of rules are CodePipeline’s, with what each has to be given', async () => {
  const { ruleTypes } = await served.pipelines.send(new ListRuleTypesCommand({ ruleOwnerFilter: 'AWS' }));
  const window = ruleTypes?.find((one) => one.id?.provider === 'DeploymentWindow');
  expect(window?.ruleConfigurationProperties).toMatchObject([
    { name: 'Cron', required: true },
    { name: 'TimeZone', required: false },
  ]);
});

test('an override reaches the engine, whose refusal has CodePipeline’s code', async () => {
  const override = (conditionType: 'BEFORE_ENTRY' | 'ON_SUCCESS') =>
    served.pipelines.send(
      new OverrideStageConditionCommand({
        pipelineName: 'recorded',
        stageName: 'Prod',
        pipelineExecutionId: executionId,
        conditionType,
      }),
    );
  await override('BEFORE_ENTRY');
  expect(asked).toMatchObject([{ stageName: 'Prod', pipelineExecutionId: executionId, condition: 'beforeEntry' }]);
  await expect(override('ON_SUCCESS')).rejects.toMatchObject({ name: 'ConditionNotOverridableException' });
  await expect(override('ON_FAILURE' as 'ON_SUCCESS')).rejects.toMatchObject({ name: 'ValidationException' });
});
