import { optional, required, type ActionProvider } from '../../actions/action-provider';
import { runLambdaAction } from '../../actions/lambda-job';

/** Lambda: a function of a stack is called with its job, where this machine can run it. */
export const lambdaInvoke: ActionProvider = {
  kinds: ['Invoke/AWS/Lambda'],
  reference: 'AWS Lambda invoke action reference',
  configuration: { FunctionName: required, UserParameters: optional },
  inputs: [0, 5],
  outputs: [0, 5],
  run: runLambdaAction,
};
