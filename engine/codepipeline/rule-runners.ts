import type { RuleRunner, RuleRunners } from './rule';
import { cloudWatchAlarmRule } from './rules/cloudwatch-alarm-rule';
import { codeBuildRule } from './rules/codebuild-rule';
import { commandsRule } from './rules/commands-rule';
import { deploymentWindowRule } from './rules/deployment-window-rule';
import { lambdaInvokeRule } from './rules/lambda-invoke-rule';
import { variableCheckRule } from './rules/variable-check-rule';

/** Every rule of a stage condition, by provider (CodePipeline User Guide, "Rule structure reference"). */
export function ruleRunners(): RuleRunners {
  return new Map<string, RuleRunner>([
    ['VariableCheck', variableCheckRule],
    ['CloudWatchAlarm', cloudWatchAlarmRule],
    ['DeploymentWindow', deploymentWindowRule()],
    ['LambdaInvoke', lambdaInvokeRule],
    ['Commands', commandsRule],
    ['CodeBuild', codeBuildRule],
  ]);
}
