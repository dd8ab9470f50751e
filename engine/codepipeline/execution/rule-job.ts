import { randomUUID } from 'node:crypto';
import { SaiondoError } from '../../../model/errors';
import type { Emit, RunEventBody } from '../../../model/events';
import type { PipelineDefinition, RuleDefinition } from '../../../model/pipeline';
import type { ExecutionState } from '../../../model/run-state';
import { inputArtifacts, type ActionHost } from './action-job';
import type { ConditionType } from './conditions';
import type { RuleResult, RuleRunners } from '../../ports/rule';
import { takenByRule } from '../providers/dependencies';
import { missingFor } from './unavailable';
import { resolveRule, variablesBefore } from '../definition/variables';

/** One rule of a stage's condition that is to be evaluated. */
export interface RuleRequest {
  readonly runId: string;
  readonly pipeline: PipelineDefinition;
  readonly execution: ExecutionState;
  readonly stage: string;
  readonly condition: ConditionType;
  readonly rule: RuleDefinition;
  readonly emit: Emit;
  readonly abort: AbortController;
}

/** A rule of a stage's condition by its name. @throws SaiondoError `RULE_MISSING`: a defect, the name came from the same definition */
export function ruleIn(
  pipeline: PipelineDefinition,
  stage: string,
  condition: ConditionType,
  name: string,
): RuleDefinition {
  const conditions = pipeline.stages.find((one) => one.name === stage)?.[condition]?.conditions ?? [];
  const rule = conditions.flatMap((one) => one.rules).find((one) => one.name === name);
  if (!rule) throw new SaiondoError(`${stage} has no rule ${name}`, { code: 'RULE_MISSING', source: 'internal' });
  return rule;
}

/** How an evaluation is told; one that was abandoned is not. */
export function evaluated(
  { execution: { executionId }, stage, condition, rule: { name, provider } }: RuleRequest,
  result: RuleResult,
): RunEventBody | undefined {
  if (result.status === 'Abandoned') return undefined;
  const { status, summary: detail } = result;
  return { kind: 'condition.evaluated', executionId, stage, condition, rule: name, provider, status, detail };
}

/** Evaluates a rule, at most as long as it says. What its runner throws fails it. */
export async function evaluateRule(
  request: RuleRequest,
  host: ActionHost & { readonly rules: RuleRunners },
): Promise<RuleResult> {
  const { rule, abort } = request;
  const minutes = rule.timeoutInMinutes;
  let late = false;
  const expire = (): void => {
    late = true;
    abort.abort(new Error('timed out'));
  };
  const timer = minutes === undefined ? undefined : setTimeout(expire, minutes * 60_000);
  try {
    const result = await run(request, host);
    return late ? { status: 'Failed', summary: `it took more than ${minutes} minutes` } : result;
  } catch (error) {
    return { status: 'Failed', summary: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function run(
  { rule, pipeline, execution, stage, condition, runId, emit, abort }: RuleRequest,
  { rules, layout, ledger, local }: ActionHost & { readonly rules: RuleRunners },
): Promise<RuleResult> {
  const runner = rules.get(rule.provider);
  if (!runner)
    return {
      status: 'NotRehearsed',
      missing: [rule.provider],
      summary: `the rehearsal does not evaluate ${rule.provider} rules`,
    };
  const before = missingFor(takenByRule(rule), execution, pipeline);
  if (before)
    return {
      status: 'NotRehearsed',
      missing: [...before.missing],
      summary: `depends on ${before.stage}/${before.action}`,
    };
  const variables = variablesBefore(pipeline, execution, { stage, runOrder: Infinity });
  return runner({
    layout,
    runId,
    pipeline,
    executionId: execution.executionId,
    ruleExecutionId: randomUUID(),
    stage,
    condition,
    rule: resolveRule(rule, variables, `${stage}/${condition}/${rule.name}`),
    inputs: inputArtifacts(rule.inputArtifacts ?? [], { runId, execution }, layout),
    ledger,
    local,
    emit,
    signal: abort.signal,
  });
}
