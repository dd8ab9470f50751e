import { accountOf } from '../../../../model/pipeline';
import { optional, required, type ActionProvider } from '../../actions/action-provider';
import { describeFunction, LAMBDA_MISSING } from '../../actions/lambda-function';

/** Lambda: a function of a stack is called with its job, where this machine can run it. One that takes or gives artifacts is not rehearsed. */
export const lambdaInvoke: ActionProvider = {
  kinds: ['Invoke/AWS/Lambda'],
  reference: 'AWS Lambda invoke action reference',
  configuration: { FunctionName: required, UserParameters: optional },
  inputs: [0, 5],
  outputs: [0, 5],
  needs: ({ inputArtifacts, outputArtifacts }) =>
    inputArtifacts.length + outputArtifacts.length > 0 ? [LAMBDA_MISSING] : [],
  run: async ({ action, pipeline, ledger, local, signal }) => {
    const { FunctionName: name = '' } = action.configuration;
    const account = accountOf(action, pipeline);
    const artifacts = action.inputArtifacts.length + action.outputArtifacts.length > 0;
    const job = { account, region: action.region, name, configuration: action.configuration, signal };
    const end = artifacts ? undefined : await local.runJob?.(job);
    if (end === undefined || 'notRehearsed' in end) {
      const would = `would invoke ${describeFunction(ledger, name, account, action.region)}`;
      return {
        status: 'NotRehearsed',
        missing: [LAMBDA_MISSING],
        summary: end ? `${would}: ${end.notRehearsed}` : would,
      };
    }
    if (signal.aborted) return { status: 'Abandoned', summary: 'the function was stopped' };
    if ('failure' in end) return { status: 'Failed', failure: { code: 'JobFailed', message: end.failure } };
    return { status: 'Succeeded', outputVariables: { ...end.outputVariables } };
  },
};
