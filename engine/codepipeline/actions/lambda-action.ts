import type { ActionRunner } from '../../ports/action';
import { accountOf } from '../../../model/pipeline';
import { describeFunction, LAMBDA_MISSING } from './lambda-function';

/** Lambda (CodePipeline User Guide, "AWS Lambda invoke action reference"): not rehearsed, but said what it is that would run. */
export const lambdaAction: ActionRunner = async ({ action, pipeline, ledger }) => ({
  status: 'NotRehearsed',
  missing: [LAMBDA_MISSING],
  summary: `would invoke ${describeFunction(ledger, action.configuration.FunctionName ?? '', accountOf(action, pipeline), action.region)}`,
});
