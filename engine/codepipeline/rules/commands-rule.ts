import { commandsBuildspec, runManagedBuild } from '../actions/managed-build';
import { actionOfRule, resultOfRule } from './rule-action';
import type { RuleProvider } from './rule-provider';

/** Commands of a rule (CodePipeline User Guide, "Quotas"; API Reference, RuleDeclaration). */
const MOST_COMMANDS = 50;

/** Commands (CodePipeline User Guide, "Commands" rule reference): met when all commands succeed, on compute that CodePipeline manages. */
export const commandsRule: RuleProvider = {
  provider: 'Commands',
  required: [],
  optional: [],
  takesCommands: true,
  check: ({ commands = [] }, add) => {
    if (commands.length === 0 || commands.length > MOST_COMMANDS)
      add(`it has ${commands.length} commands; a Commands rule takes 1 to ${MOST_COMMANDS}`);
    if (commands.some((command) => /[\r\n]/.test(command)))
      add('a command of more than one line; CodePipeline refuses it');
  },
  run: async (context) => {
    const result = await runManagedBuild(actionOfRule(context), {
      project: `codepipeline-${context.pipeline.name}-${context.rule.name}`,
      buildspec: commandsBuildspec(context.rule.commands ?? []),
    });
    return resultOfRule(result, 'the commands succeeded');
  },
};
