// Every kind of rule that CodePipeline has: one line each, in the order of their files.
export { cloudWatchAlarmRule } from './cloudwatch-alarm-rule';
export { codeBuildRule } from './codebuild-rule';
export { commandsRule } from './commands-rule';
export { deploymentWindowRule } from './deployment-window-rule';
export { lambdaInvokeRule } from './lambda-invoke-rule';
export { variableCheckRule } from './variable-check-rule';
