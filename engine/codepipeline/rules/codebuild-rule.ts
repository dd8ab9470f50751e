import { runCodeBuildAction } from '../../codebuild/start/codebuild-action';
import type { RuleRunner } from '../../ports/rule';
import { actionOfRule, resultOfRule } from './rule-action';

/** CodeBuild (CodePipeline User Guide, "CodeBuild rule"): met when the project's build succeeds. */
export const codeBuildRule: RuleRunner = async (context) =>
  resultOfRule(
    await runCodeBuildAction(actionOfRule(context)),
    `the build of ${context.rule.configuration.ProjectName ?? ''}`,
  );
