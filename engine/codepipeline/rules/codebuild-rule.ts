import { runCodeBuildAction } from '../../codebuild/start/codebuild-action';
import { actionOfRule, resultOfRule } from './rule-action';
import type { RuleProvider } from './rule-provider';

/** CodeBuild (CodePipeline User Guide, "CodeBuild rule"): met when the project's build succeeds. */
export const codeBuildRule: RuleProvider = {
  provider: 'CodeBuild',
  required: ['ProjectName'],
  optional: ['PrimarySource', 'BatchEnabled', 'CombineArtifacts', 'EnvironmentVariables'],
  run: async (context) =>
    resultOfRule(
      await runCodeBuildAction(actionOfRule(context)),
      `the build of ${context.rule.configuration.ProjectName ?? ''} succeeded`,
    ),
};
