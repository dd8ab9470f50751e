import { accountOf } from '../../../../model/pipeline';
import { optional, required, type ActionProvider } from '../../actions/action-provider';
import { describeFunction, LAMBDA_MISSING } from '../../actions/lambda-function';

/** Lambda: not rehearsed, but said what it is that would run. */
export const lambdaInvoke: ActionProvider = {
  kinds: ['Invoke/AWS/Lambda'],
  reference: 'AWS Lambda invoke action reference',
  configuration: { FunctionName: required, UserParameters: optional },
  inputs: [0, 5],
  outputs: [0, 5],
  missing: LAMBDA_MISSING,
  run: async ({ action, pipeline, ledger }) => ({
    status: 'NotRehearsed',
    missing: [LAMBDA_MISSING],
    summary: `would invoke ${describeFunction(ledger, action.configuration.FunctionName ?? '', accountOf(action, pipeline), action.region)}`,
  }),
};
