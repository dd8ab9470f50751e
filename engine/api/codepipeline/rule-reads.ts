import type { RuleExecutionDetail, RuleType } from '@aws-sdk/client-codepipeline';
import { z } from 'zod';
import type { RuleDefinition } from '../../../model/pipeline';
import type { ConditionRecord } from '../../../model/run-state';
import { loadLater } from '../../../model/load-later';
import type * as RuleProviders from '../../codepipeline/rules/rule-providers';
import type { RuleProvider } from '../../codepipeline/rules/rule-provider';
import { maxResults, nextToken, oneExecution, pipelineName } from './codepipeline-inputs';
import type { ApiSources } from '../protocol/sources';
import { page } from '../protocol/paging';
import { pipelineNamed, type OpenExecution, type PipelineHistory } from './pipeline-history';
import { operation, type Operation } from '../protocol/service';

const INVALID_TOKEN = 'InvalidNextTokenException';

/** The operations of CodePipeline that read the rules of stages' conditions. */
export function ruleReads({ runs, ledger }: ApiSources): Record<string, Operation> {
  return {
    ListRuleExecutions: operation(
      z.object({ pipelineName, maxResults, nextToken, filter: oneExecution }),
      (input, caller) => {
        const history = pipelineNamed(runs, ledger(), caller, input.pipelineName);
        const { pipelineExecutionId, latestInPipelineExecution: latest } = input.filter ?? {};
        const one = pipelineExecutionId ?? latest?.pipelineExecutionId;
        const executions = one === undefined ? history.executions : [history.execution(one).known];
        const found = executions.flatMap((known) =>
          rulesOf(history, history.open(known), latest?.startTimeRange === 'Latest'),
        );
        const { items, nextToken: next } = page(found, (detail) => detail.ruleExecutionId ?? '', {
          size: input.maxResults ?? 100,
          token: input.nextToken,
          code: INVALID_TOKEN,
        });
        return { ruleExecutionDetails: items, nextToken: next };
      },
    ),

    ListRuleTypes: operation(
      z.object({ ruleOwnerFilter: z.enum(['AWS']).optional(), regionFilter: z.string().min(4).max(30).optional() }),
      () => {
        // With the rules comes all that evaluates them, builds included: what reads runs does without.
        const { RULE_PROVIDERS } = loadLater<typeof RuleProviders>(
          __filename,
          '../../codepipeline/rules/rule-providers',
        );
        return { ruleTypes: [...RULE_PROVIDERS.values()].map(ruleType) };
      },
    ),
  };
}

/** What a record of a rule is called in the API: the execution's id, and where it stands in it. */
export function ruleExecutionId(executionId: string, at: number): string {
  return `${executionId}-${at}`;
}

/** API Reference, RuleExecution.status: a rule that this machine cannot evaluate is `Abandoned`, never `Succeeded`. */
export function ruleStatus({ status }: ConditionRecord): 'Succeeded' | 'Failed' | 'Abandoned' {
  return status === 'NotRehearsed' ? 'Abandoned' : status;
}

/** API Reference, RuleExecutionDetail: the newest first. @param latest only those of each stage's latest attempt */
function rulesOf(
  history: PipelineHistory,
  { state, definition }: OpenExecution,
  latest: boolean,
): RuleExecutionDetail[] {
  const declared = (record: ConditionRecord): RuleDefinition | undefined =>
    definition.stages
      .find((stage) => stage.name === record.stage)
      ?.[record.condition]?.conditions.flatMap((condition) => condition.rules)
      .find((rule) => rule.name === record.rule);
  return state.conditions
    .map((record, at) => ({ record, at }))
    .filter(({ record, at }) => !latest || at >= (state.stages.get(record.stage)?.conditionsFrom ?? 0))
    .map(({ record, at }): RuleExecutionDetail => {
      const rule = declared(record);
      const time = new Date(record.time);
      return {
        pipelineExecutionId: state.executionId,
        ruleExecutionId: ruleExecutionId(state.executionId, at),
        pipelineVersion: history.version(state.structureVersion),
        stageName: record.stage,
        ruleName: record.rule,
        startTime: time,
        lastUpdateTime: time,
        status: ruleStatus(record),
        input: {
          ruleTypeId: { category: 'Rule', owner: 'AWS', provider: record.provider, version: '1' },
          configuration: rule && { ...rule.configuration },
          region: rule?.region,
          inputArtifacts: (rule?.inputArtifacts ?? []).map((name) => ({ name })),
        },
        output: { executionResult: { externalExecutionSummary: record.detail } },
      };
    })
    .reverse();
}

/** API Reference, RuleType: the providers that a rule may name, with their configuration. */
function ruleType({ provider, required, optional }: RuleProvider): RuleType {
  const property = (name: string, needed: boolean) => ({ name, required: needed, key: false, secret: false });
  return {
    id: { category: 'Rule', owner: 'AWS', provider, version: '1' },
    ruleConfigurationProperties: [
      ...required.map((name) => ({ ...property(name, true), type: 'String' as const })),
      ...optional.map((name) => ({ ...property(name, false), type: 'String' as const })),
    ],
    inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
  };
}
