import { describeFunction, LAMBDA_MISSING } from '../actions/lambda-function';
import type { RuleProvider } from './rule-provider';

/** LambdaInvoke (CodePipeline User Guide, "LambdaInvoke"): this machine runs no Lambda functions, so what it would decide is not known. */
export const lambdaInvokeRule: RuleProvider = {
  provider: 'LambdaInvoke',
  required: ['FunctionName'],
  optional: ['UserParameters'],
  maySkip: true,
  run: async ({ rule, ledger, pipeline }) => ({
    status: 'NotRehearsed',
    missing: [LAMBDA_MISSING],
    summary: `would invoke ${describeFunction(ledger, rule.configuration.FunctionName ?? '', pipeline.account, rule.region ?? pipeline.region)}`,
  }),
};
