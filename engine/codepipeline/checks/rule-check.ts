import type { PipelineDefinition, RuleDefinition, StageConditions } from '../../../model/pipeline';
import type { DefinitionProblem } from './definition-problem';
import type { RuleContext } from '../../ports/rule';
import { RULE_PROVIDERS } from '../rules/rule-providers';

/** Rules of one condition (API Reference, Condition). */
const MOST_RULES = 5;

/** The results that each kind of condition may have (User Guide, "Configure conditions for a stage"). */
const RESULTS: Readonly<Record<RuleContext['condition'], readonly string[]>> = {
  beforeEntry: ['FAIL', 'SKIP'],
  onSuccess: ['FAIL', 'ROLLBACK'],
  onFailure: ['ROLLBACK', 'RETRY', 'SKIP', 'FAIL'],
};

/** The rules that may skip a stage. */
const SKIPPING = [...RULE_PROVIDERS.values()].filter((one) => one.maySkip).map((one) => one.provider);

/** What CodePipeline refuses in a pipeline's stage conditions, each problem with its place. */
export function checkConditions(pipeline: PipelineDefinition): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  pipeline.stages.forEach((stage, index) => {
    for (const [condition, key] of [
      ['beforeEntry', 'BeforeEntry'],
      ['onSuccess', 'OnSuccess'],
      ['onFailure', 'OnFailure'],
    ] as const) {
      const conditions = stage[condition];
      if (!conditions) continue;
      const add = (path: string, message: string): number =>
        problems.push({ path: `Stages.${index}.${key}${path}`, message: `${stage.name}: ${message}` });
      if (pipeline.pipelineType !== 'V2') add('', 'stage conditions need a pipeline of type V2');
      checkCondition(conditions, condition, pipeline.executionMode, add);
    }
  });
  return problems;
}

function checkCondition(
  conditions: StageConditions,
  type: RuleContext['condition'],
  mode: PipelineDefinition['executionMode'],
  add: (path: string, message: string) => void,
): void {
  if (conditions.conditions.length > 1) add('.Conditions', 'a stage takes one condition of each type');
  if (conditions.result === 'RETRY' && conditions.conditions.length > 0)
    add('.Conditions', 'an automatic retry cannot be combined with conditions');
  const results = [conditions.result, ...conditions.conditions.map((condition) => condition.result)];
  for (const result of results) {
    if (result === undefined) continue;
    if (!RESULTS[type].includes(result))
      add('', `${result} is not a result of ${type}; expected ${RESULTS[type].join(' or ')}`);
    if (result === 'ROLLBACK' && mode === 'PARALLEL') add('', 'a PARALLEL pipeline has no rollback');
  }
  conditions.conditions.forEach((condition, index) => {
    const at = `.Conditions.${index}`;
    if (condition.rules.length > MOST_RULES)
      add(`${at}.Rules`, `it has ${condition.rules.length}; a condition takes ${MOST_RULES}`);
    condition.rules.forEach((rule, position) => {
      const report = (message: string): void => add(`${at}.Rules.${position}`, `rule ${rule.name}: ${message}`);
      if (condition.result === 'SKIP' && !RULE_PROVIDERS.get(rule.provider)?.maySkip)
        report(`${rule.provider} cannot skip a stage; only ${SKIPPING.join(' and ')} can`);
      checkRule(rule, report);
    });
  });
}

function checkRule(rule: RuleDefinition, add: (message: string) => void): void {
  const provider = RULE_PROVIDERS.get(rule.provider);
  if (!provider) {
    add(`there is no rule ${rule.provider}; expected ${[...RULE_PROVIDERS.keys()].join(', ')}`);
    return;
  }
  for (const key of provider.required) if (!rule.configuration[key]) add(`${key} is required`);
  const known = [...provider.required, ...provider.optional];
  for (const key of Object.keys(rule.configuration))
    if (!known.includes(key)) add(`unknown configuration ${key}; expected ${known.join(', ') || 'none'}`);
  if (!provider.takesCommands && rule.commands?.length) add('only a Commands rule takes commands');
  provider.check?.(rule, add);
}
