import type { RuleRunner, RuleRunners } from '../../ports/rule';
import { cloudWatchAlarmRule } from './cloudwatch-alarm-rule';
import { codeBuildRule } from './codebuild-rule';
import { commandsRule } from './commands-rule';
import { deploymentWindowRule } from './deployment-window-rule';
import { lambdaInvokeRule } from './lambda-invoke-rule';
import { variableCheckRule } from './variable-check-rule';

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
