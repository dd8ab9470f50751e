import { commandsBuildspec } from '../actions/commands-action';
import { runManagedBuild } from '../actions/managed-build';
import type { RuleRunner } from '../../ports/rule';
import { actionOfRule, resultOfRule } from './rule-action';

/** Commands (CodePipeline User Guide, "Commands" rule reference): met when all commands succeed, on compute that CodePipeline manages. */
export const commandsRule: RuleRunner = async (context) => {
  const result = await runManagedBuild(actionOfRule(context), {
    project: `codepipeline-${context.pipeline.name}-${context.rule.name}`,
    buildspec: commandsBuildspec(context.rule.commands ?? []),
  });
  return resultOfRule(result, 'the commands');
};
