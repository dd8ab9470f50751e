import { failureOf } from '../../ports/failure';
import { LAMBDA_MISSING } from '../actions/lambda-function';
import { runLambdaJob } from '../actions/lambda-job';
import type { RuleProvider } from './rule-provider';

/** LambdaInvoke (CodePipeline User Guide, "LambdaInvoke"): met when the function tells CodePipeline that its job succeeded. */
export const lambdaInvokeRule: RuleProvider = {
  provider: 'LambdaInvoke',
  required: ['FunctionName'],
  optional: ['UserParameters'],
  maySkip: true,
  run: async ({ rule, ledger, pipeline, local, inputs, signal }) => {
    const { configuration } = rule;
    const region = rule.region ?? pipeline.region;
    try {
      const end = await runLambdaJob({
        ...{ pipeline, ledger, local, region, configuration, inputs, outputs: [], signal },
        account: pipeline.account,
      });
      if ('notRehearsed' in end)
        return { status: 'NotRehearsed', missing: [LAMBDA_MISSING], summary: end.notRehearsed };
      if (signal.aborted) return { status: 'Abandoned', summary: 'the function was stopped' };
      const name = configuration.FunctionName ?? '';
      if ('failure' in end)
        return { status: 'Failed', summary: end.failure, failure: { code: 'JobFailed', message: end.failure } };
      return { status: 'Succeeded', summary: `the function ${name} reported success` };
    } catch (error) {
      const failure = failureOf(error, 'ConfigurationError');
      return { status: 'Failed', summary: failure.message, failure };
    }
  },
};
