import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { Aws, Calls, Place } from '../aws';
import { accountOf, isWholeId, latestActions, listExecutions, pathOf, unknownExecution } from '../executions';

/** A build, and where it is. */
export interface BuildOfInterest {
  readonly id: string;
  /** `Stage/Action`. */
  readonly action: string;
  readonly executionId: string;
  readonly place: Place;
}

/** Which build is asked for. */
export interface BuildQuestion {
  readonly pipeline: string;
  readonly home: Place;
  /** One that runs; else one that failed. */
  readonly running: boolean;
  readonly execution?: string;
  /** `Stage/Action`: then its build, however it ended. */
  readonly action?: string;
}

/** How far back a build is looked for, in executions. */
const EXECUTIONS = 20;

/** The newest build that is running, or that failed; or the newest of an action. */
export async function findBuild(
  aws: Aws<'listPipelineExecutions' | 'listActionExecutions'>,
  question: BuildQuestion,
): Promise<BuildOfInterest | undefined> {
  const { pipeline, execution, home } = question;
  const listed = execution ? [execution] : (await listExecutions(aws(), pipeline, EXECUTIONS)).map((one) => one.id);
  for (const id of listed) {
    const executionId = await wholeId(aws(), pipeline, id);
    const actions = await latestActions(aws(), pipeline, executionId);
    const found = [...actions.values()].find((one) => {
      if (!hasBuild(one)) return false;
      if (question.action !== undefined) return pathOf(one) === question.action;
      return one.status === (question.running ? 'InProgress' : 'Failed');
    });
    if (!found) continue;
    const account = accountOf(found.input?.roleArn) ?? home.account;
    return {
      id: found.output?.executionResult?.externalExecutionId ?? '',
      action: pathOf(found),
      executionId,
      place: { account, region: found.input?.region ?? home.region },
    };
  }
  return undefined;
}

/** The id that begins so. @throws SaiondoError `EXECUTION_UNKNOWN` */
async function wholeId(aws: Pick<Calls, 'listPipelineExecutions'>, pipeline: string, id: string): Promise<string> {
  if (isWholeId(id)) return id;
  const found = (await listExecutions(aws, pipeline, EXECUTIONS)).find((one) => one.id.startsWith(id));
  if (!found) throw unknownExecution(id);
  return found.id;
}

/** Whether an action ran a build of CodeBuild: other services name what they ran too. */
export function hasBuild({ input, output }: ActionExecutionDetail): boolean {
  return input?.actionTypeId?.provider === 'CodeBuild' && output?.executionResult?.externalExecutionId !== undefined;
}
