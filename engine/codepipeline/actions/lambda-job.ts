import * as fs from 'node:fs';
import { accountOf } from '../../../model/pipeline';
import type { ActionContext, ActionResult } from '../../ports/action';
import { failureOf } from '../../ports/failure';
import type { FunctionJobEnd } from '../../ports/function-job';
import { offerArtifacts, takeArtifacts, type JobPlace } from './job-artifacts';
import { describeFunction, LAMBDA_MISSING } from './lambda-function';
import { temporaryFolder } from '../../host/temporary-folder';

/** A job for a Lambda function: an action's, or a rule's. */
export interface LambdaJob extends JobPlace {
  /** The account of the function. */
  readonly account: string;
  readonly configuration: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a job with its artifacts: the inputs are in the pipeline's artifact store while the function runs, the outputs are taken from there when it tells that
 * the job succeeded.
 * @throws SaiondoError for an artifact that is not there, or is not an archive
 */
export async function runLambdaJob(job: LambdaJob): Promise<FunctionJobEnd> {
  const { local, ledger, account, region, configuration, signal } = job;
  const { FunctionName: name = '' } = configuration;
  const would = `would invoke ${describeFunction(ledger, name, account, region)}`;
  const work = temporaryFolder('job');
  try {
    const artifacts = local.runJob && (await offerArtifacts(job, work));
    const asked = { account, region, name, configuration, signal, ...(artifacts ? { artifacts } : {}) };
    const end = await local.runJob?.(asked);
    if (!end) return { notRehearsed: would };
    if ('notRehearsed' in end) return { notRehearsed: `${would}: ${end.notRehearsed}` };
    if ('outputVariables' in end && artifacts) await takeArtifacts(job, artifacts, work);
    return end;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** Runs an action, or a rule as the action that it would be, as its function's job. */
export async function runLambdaAction(context: ActionContext): Promise<ActionResult> {
  const { action, pipeline, ledger, local, inputs, outputs, signal } = context;
  const { region, roleArn, configuration } = action;
  try {
    const end = await runLambdaJob({
      ...{ pipeline, ledger, local, region, configuration, inputs, outputs, signal },
      account: accountOf(action, pipeline),
      ...(roleArn === undefined ? {} : { roleArn }),
    });
    if ('notRehearsed' in end) return { status: 'NotRehearsed', missing: [LAMBDA_MISSING], summary: end.notRehearsed };
    if (signal.aborted) return { status: 'Abandoned', summary: 'the function was stopped' };
    if ('failure' in end) return { status: 'Failed', failure: { code: 'JobFailed', message: end.failure } };
    return { status: 'Succeeded', outputVariables: { ...end.outputVariables } };
  } catch (error) {
    return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
  }
}
