import { describeFunction, LAMBDA_MISSING } from '../actions/lambda-function';
import type { RuleRunner } from '../../ports/rule';

/** LambdaInvoke (CodePipeline User Guide, "LambdaInvoke"): this machine runs no Lambda functions, so what it would decide is not known. */
export const lambdaInvokeRule: RuleRunner = async ({ rule, ledger, pipeline }) => ({
  status: 'NotRehearsed',
  missing: [LAMBDA_MISSING],
  summary: `would invoke ${describeFunction(ledger, rule.configuration.FunctionName ?? '', pipeline.account, rule.region ?? pipeline.region)}`,
});
