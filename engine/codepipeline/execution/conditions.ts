import type { RuleDefinition, StageConditions, StageDefinition } from '../../../model/pipeline';
import type { ConditionRecord, ExecutionState } from '../../../model/run-state';
import type { RuleContext } from '../../ports/rule';

/** When a stage's condition is asked: before its actions, when all have succeeded, when one has failed. */
export type ConditionType = RuleContext['condition'];
/** What follows when a condition fires. */
export type ConditionResult = 'FAIL' | 'SKIP' | 'ROLLBACK' | 'RETRY';

/** Where a stage's condition stands: rules are still to be evaluated, nothing fires, or its result does. */
export type ConditionStanding =
  | { readonly kind: 'pending'; readonly rules: readonly RuleDefinition[] }
  | { readonly kind: 'passed' }
  | { readonly kind: 'fired'; readonly result: ConditionResult; readonly detail: string };

/** A stage's conditions of one type. */
export function conditionsOf(stage: StageDefinition, type: ConditionType): StageConditions | undefined {
  return stage[type];
}

/**
 * Where a stage's conditions of a type stand in its present attempt. Rules of a condition are all to hold. An entry's and a success's result
 * fires when a rule fails; a failure's when all rules hold, or when it has none (CodePipeline User Guide, "How do stage conditions work?",
 * whose tables and use cases agree on this). A rule that this machine cannot evaluate lets nothing fire: it is reported, not guessed.
 */
export function standingOf(execution: ExecutionState, stage: StageDefinition, type: ConditionType): ConditionStanding {
  const conditions = conditionsOf(stage, type);
  if (!conditions) return { kind: 'passed' };
  if (execution.stages.get(stage.name)?.overridden.some((one) => one === type)) return { kind: 'passed' };
  const records = recordsOf(execution, stage.name, type);
  const rules = conditions.conditions.flatMap((condition) => condition.rules);
  const pending = rules.filter((rule) => !records.has(rule.name));
  if (pending.length > 0) return { kind: 'pending', rules: pending };
  if (type === 'onFailure' && conditions.result && rules.length === 0)
    return { kind: 'fired', result: conditions.result, detail: `onFailure: ${conditions.result}` };
  for (const condition of conditions.conditions) {
    const result = (condition.result ?? conditions.result) as ConditionResult | undefined;
    const outcomes = condition.rules.map((rule) => records.get(rule.name));
    if (!result || outcomes.some((one) => one?.status === 'NotRehearsed')) continue;
    const failed = outcomes.find((one) => one?.status === 'Failed');
    if (type === 'onFailure' ? failed === undefined : failed !== undefined)
      return { kind: 'fired', result, detail: describe(type, result, failed ?? outcomes[0]) };
  }
  return { kind: 'passed' };
}

function recordsOf(execution: ExecutionState, stage: string, type: ConditionType): Map<string, ConditionRecord> {
  const from = execution.stages.get(stage)?.conditionsFrom ?? 0;
  return new Map(
    execution.conditions
      .slice(from)
      .filter((one) => one.stage === stage && one.condition === type)
      .map((one) => [one.rule, one]),
  );
}

function describe(type: ConditionType, result: ConditionResult, record: ConditionRecord | undefined): string {
  const rule = record ? `rule ${record.rule} ${record.status === 'Failed' ? 'failed' : 'held'}` : 'no rule';
  return `${type}: ${rule}${record?.detail ? ` (${record.detail})` : ''}: ${result}`;
}
