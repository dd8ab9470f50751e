import { runLambdaAction } from '../actions/lambda-job';
import { actionOfRule, resultOfRule } from './rule-action';
import type { RuleProvider } from './rule-provider';

/** LambdaInvoke (CodePipeline User Guide, "LambdaInvoke"): met when the function tells CodePipeline that its job succeeded. */
export const lambdaInvokeRule: RuleProvider = {
  provider: 'LambdaInvoke',
  required: ['FunctionName'],
  optional: ['UserParameters'],
  maySkip: true,
  run: async (context) =>
    resultOfRule(
      await runLambdaAction(actionOfRule(context)),
      `the function ${context.rule.configuration.FunctionName ?? ''} reported success`,
    ),
};
