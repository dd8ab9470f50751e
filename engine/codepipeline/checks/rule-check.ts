import type { PipelineDefinition, RuleDefinition, StageConditions } from '../../../model/pipeline';
import type { DefinitionProblem } from './definition-problem';
import type { RuleContext } from '../../ports/rule';

/** Rules of one condition, commands of a rule (CodePipeline User Guide, "Quotas"; API Reference, Condition, RuleDeclaration). */
const MOST_RULES = 5;
const MOST_COMMANDS = 50;

/** Configuration keys of each rule provider, the required ones first (User Guide, "Rule structure reference"). */
export const RULE_PROVIDERS: Readonly<
  Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  VariableCheck: { required: ['Variable', 'Operator', 'Value'], optional: [] },
  CloudWatchAlarm: { required: ['AlarmName'], optional: ['AlarmStates', 'WaitTime'] },
  DeploymentWindow: { required: ['Cron'], optional: ['TimeZone'] },
  LambdaInvoke: { required: ['FunctionName'], optional: ['UserParameters'] },
  Commands: { required: [], optional: [] },
  CodeBuild: {
    required: ['ProjectName'],
    optional: ['PrimarySource', 'BatchEnabled', 'CombineArtifacts', 'EnvironmentVariables'],
  },
};

/** The results that each kind of condition may have (User Guide, "Configure conditions for a stage"). */
const RESULTS: Readonly<Record<RuleContext['condition'], readonly string[]>> = {
  beforeEntry: ['FAIL', 'SKIP'],
  onSuccess: ['FAIL', 'ROLLBACK'],
  onFailure: ['ROLLBACK', 'RETRY', 'SKIP', 'FAIL'],
};

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
      add('', `${result} is no result of ${type}; expected ${RESULTS[type].join(' or ')}`);
    if (result === 'ROLLBACK' && mode === 'PARALLEL') add('', 'a PARALLEL pipeline has no rollback');
  }
  conditions.conditions.forEach((condition, index) => {
    const at = `.Conditions.${index}`;
    if (condition.rules.length > MOST_RULES)
      add(`${at}.Rules`, `it has ${condition.rules.length}; a condition takes ${MOST_RULES}`);
    condition.rules.forEach((rule, position) => {
      const report = (message: string): void => add(`${at}.Rules.${position}`, `rule ${rule.name}: ${message}`);
      if (condition.result === 'SKIP' && !['VariableCheck', 'LambdaInvoke'].includes(rule.provider))
        report(`${rule.provider} cannot skip a stage; only VariableCheck and LambdaInvoke can`);
      checkRule(rule, report);
    });
  });
}

function checkRule(rule: RuleDefinition, add: (message: string) => void): void {
  const provider = RULE_PROVIDERS[rule.provider];
  if (!provider) {
    add(`there is no rule ${rule.provider}; expected ${Object.keys(RULE_PROVIDERS).join(', ')}`);
    return;
  }
  for (const key of provider.required) if (!rule.configuration[key]) add(`${key} is required`);
  const known = [...provider.required, ...provider.optional];
  for (const key of Object.keys(rule.configuration))
    if (!known.includes(key)) add(`unknown configuration ${key}; expected ${known.join(', ') || 'none'}`);
  const { commands = [] } = rule;
  if (rule.provider !== 'Commands') {
    if (commands.length > 0) add('only a Commands rule takes commands');
    return;
  }
  if (commands.length === 0 || commands.length > MOST_COMMANDS)
    add(`it has ${commands.length} commands; a Commands rule takes 1 to ${MOST_COMMANDS}`);
  if (commands.some((command) => /[\r\n]/.test(command)))
    add('a command of more than one line; CodePipeline refuses it');
}
