import { accountOf } from '../../../../model/pipeline';
import { failureOf } from '../../../ports/failure';
import { optional, required, type ActionProvider } from '../../actions/action-provider';
import { LAMBDA_MISSING } from '../../actions/lambda-function';
import { runLambdaJob } from '../../actions/lambda-job';

/** Lambda: a function of a stack is called with its job, where this machine can run it. */
export const lambdaInvoke: ActionProvider = {
  kinds: ['Invoke/AWS/Lambda'],
  reference: 'AWS Lambda invoke action reference',
  configuration: { FunctionName: required, UserParameters: optional },
  inputs: [0, 5],
  outputs: [0, 5],
  run: async ({ action, pipeline, ledger, local, inputs, outputs, signal }) => {
    const { region, roleArn, configuration } = action;
    try {
      const end = await runLambdaJob({
        ...{ pipeline, ledger, local, region, configuration, inputs, outputs, signal },
        account: accountOf(action, pipeline),
        ...(roleArn === undefined ? {} : { roleArn }),
      });
      if ('notRehearsed' in end)
        return { status: 'NotRehearsed', missing: [LAMBDA_MISSING], summary: end.notRehearsed };
      if (signal.aborted) return { status: 'Abandoned', summary: 'the function was stopped' };
      if ('failure' in end) return { status: 'Failed', failure: { code: 'JobFailed', message: end.failure } };
      return { status: 'Succeeded', outputVariables: { ...end.outputVariables } };
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  },
};
