import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { Aws, Calls } from '../aws';
import type { CommitLog } from '../commit-log';
import {
  accountOf,
  isWholeId,
  latestActions,
  listExecutions,
  pathOf,
  unknownExecution,
  withSourceVariables,
} from '../executions';
import { plain } from '../../model/plain-text';
import type { Execution } from '../../model/revision.shape';
import { causeOf } from './cause';
import { describeDeployment } from './deployment-events';
import type { Evidence } from './evidence/evidence';
import { describeFailedBuild } from './failed-build';
import { describeSince } from './since';
import type { ActionFailure, Triage } from './evidence/triage.shape';
import { reasonOf } from '../reason';

/** The operations of {@link describeTriage}. */
export type TriageOperations =
  | 'listPipelineExecutions'
  | 'listActionExecutions'
  | 'batchGetBuilds'
  | 'batchGetReports'
  | 'describeTestCases'
  | 'getLogEvents'
  | 'describeStackEvents'
  | 'describeServices'
  | 'listTasks'
  | 'describeTasks';

/** What a triage is given besides AWS. */
export interface TriageRequest {
  readonly pipeline: string;
  /** Where the pipeline is: its account where it is known. */
  readonly home: { readonly region: string; readonly account?: string };
  /** The execution; without one, the newest that failed. */
  readonly execution?: string;
  readonly commits: CommitLog;
  /** The command that runs an action of an execution again on this machine. */
  readonly reproduce: (action: string, execution: Execution) => string;
}

/** How far back a failed execution is looked for. */
const EXECUTIONS = 100;

/** Why an execution failed: the failed action, its build or stack, the cause, and since when. */
export async function describeTriage(aws: Aws<TriageOperations>, request: TriageRequest): Promise<Triage> {
  const { pipeline } = request;
  const found = await failedExecution(aws(), request);
  if (!found) return { pipeline, others: [] };
  const { execution, actions } = found;
  const failed = [...actions.values()].filter((one) => one.status === 'Failed').sort(byEnd);
  const shown = {
    ...execution,
    revisions: execution.revisions.map((revision) => withSourceVariables(revision, actions)),
  };
  const [first, ...others] = failed;
  return {
    pipeline,
    execution: shown,
    ...(first ? { failure: await describeFailure(aws, request, first, shown) } : {}),
    others: await Promise.all(others.map((one) => describeOther(aws, request, one))),
    ...(found.rollbacks.length > 0 ? { rollbacks: await describeRollbacks(aws(), pipeline, found.rollbacks) } : {}),
  };
}

/** A further failed action of the same execution, with its own cause. */
async function describeOther(
  aws: Aws<TriageOperations>,
  { home }: TriageRequest,
  action: ActionExecutionDetail,
): Promise<Triage['others'][number]> {
  const account = accountOf(action.input?.roleArn) ?? home.account;
  const region = action.input?.region ?? home.region;
  const evidence = await gather(
    aws(account ? { account, region } : undefined),
    action,
    action.input?.actionTypeId?.provider ?? '',
    [],
  );
  return { action: pathOf(action), ...messageOf(action), cause: causeOf(evidence).summary };
}

/** What was rolled back because of a failure, and where that failed in turn. */
async function describeRollbacks(
  aws: Pick<Calls, 'listActionExecutions'>,
  pipeline: string,
  rollbacks: readonly Execution[],
): Promise<NonNullable<Triage['rollbacks']>> {
  return Promise.all(
    rollbacks.map(async (one) => {
      const actions = one.status === 'Failed' ? await latestActions(aws, pipeline, one.id) : new Map();
      const failed = ([...actions.values()] as ActionExecutionDetail[]).find((action) => action.status === 'Failed');
      return { ...one, ...(failed ? { failed: pathOf(failed), ...messageOf(failed) } : {}) };
    }),
  );
}

interface Found {
  readonly execution: Execution;
  readonly actions: ReadonlyMap<string, ActionExecutionDetail>;
  /** Rollbacks that began after it and before the next execution, oldest first. */
  readonly rollbacks: readonly Execution[];
}

/**
 * The execution that is asked for, or the newest that failed. A rollback answers the execution before it: where that one failed, it is the one to
 * explain, whatever became of the rollback.
 */
async function failedExecution(
  aws: Pick<Calls, 'listPipelineExecutions' | 'listActionExecutions'>,
  request: TriageRequest,
): Promise<Found | undefined> {
  const executions = await listExecutions(aws, request.pipeline, EXECUTIONS);
  const wanted = request.execution;
  /** The newest rollback that failed: it is explained where what it answers did not fail. */
  let rollback: Found | undefined;
  for (const [at, execution] of executions.entries()) {
    if (wanted !== undefined && !execution.id.startsWith(wanted)) continue;
    const standard = execution.type !== 'ROLLBACK';
    const failing = ['Failed', 'InProgress', 'Stopping'].includes(execution.status);
    if (wanted === undefined && rollback && standard && !failing) return rollback;
    if (wanted === undefined && !failing) continue;
    const actions = await latestActions(aws, request.pipeline, execution.id);
    const found = { execution, actions, rollbacks: wanted === undefined ? rollbacksBefore(executions, at) : [] };
    // One that still runs may hold a failed action already: its siblings finish first.
    const failed = [...actions.values()].some((one) => one.status === 'Failed');
    if (wanted !== undefined || (standard && failed)) return found;
    if (failed) rollback ??= found;
  }
  if (wanted === undefined) return rollback;
  if (!isWholeId(wanted)) throw unknownExecution(wanted);
  // Older than what was listed: its actions are still there.
  const actions = await latestActions(aws, request.pipeline, wanted);
  return {
    execution: { id: wanted, status: 'Unknown', type: 'STANDARD', trigger: { type: 'Unknown' }, revisions: [] },
    actions,
    rollbacks: [],
  };
}

/** The rollbacks right before a place in the list, which has the newest first; oldest first. */
function rollbacksBefore(executions: readonly Execution[], at: number): Execution[] {
  const newer = executions.slice(0, at);
  const from = newer.findLastIndex((one) => one.type !== 'ROLLBACK');
  return newer.slice(from + 1).reverse();
}

async function describeFailure(
  aws: Aws<TriageOperations>,
  request: TriageRequest,
  action: ActionExecutionDetail,
  execution: Execution,
): Promise<ActionFailure> {
  const { input, output, startTime, lastUpdateTime } = action;
  const provider = input?.actionTypeId?.provider ?? '';
  const account = accountOf(input?.roleArn) ?? request.home.account;
  const region = input?.region ?? request.home.region;
  const there = aws(account ? { account, region } : undefined);
  const unknown: string[] = [];
  const [evidence, since] = await Promise.all([
    gather(there, action, provider, unknown),
    describeSince(aws(), request.pipeline, action, execution.revisions, request.commits).catch((error: unknown) => {
      unknown.push(`since when it fails is not known: ${reasonOf(error)}`);
      return undefined;
    }),
  ]);
  const url = output?.executionResult?.externalExecutionUrl;
  return {
    action: pathOf(action),
    provider,
    ...(account ? { account } : {}),
    region,
    ...(startTime ? { startedAt: startTime.toISOString() } : {}),
    ...(lastUpdateTime ? { endedAt: lastUpdateTime.toISOString() } : {}),
    ...messageOf(action),
    ...(url ? { url } : {}),
    ...(evidence.build ? { build: evidence.build } : {}),
    events: [...evidence.events],
    cause: causeOf(evidence),
    tests: [...evidence.tests],
    ...(since ? { since } : {}),
    reproduce: request.reproduce(pathOf(action), execution),
    unknown,
  };
}

/** Reads what there is to read of a failed action: by its provider. What cannot be read is said, and the rest still counts. */
async function gather(
  aws: Pick<Calls, Exclude<TriageOperations, 'listPipelineExecutions' | 'listActionExecutions'>>,
  action: ActionExecutionDetail,
  provider: string,
  unknown: string[],
): Promise<Evidence> {
  const message = messageOf(action).message ?? '';
  const none: Evidence = { provider, message, output: [], tests: [], events: [] };
  const external = action.output?.executionResult?.externalExecutionId;
  try {
    if (provider === 'CodeBuild' && external) {
      const build = await describeFailedBuild(aws, external, unknown);
      if (!build) unknown.push(`CodeBuild does not know the build ${external}`);
      return { ...none, ...build, message: [build?.message, message].filter(Boolean).join('\n') };
    }
    const stack = action.input?.resolvedConfiguration?.StackName ?? action.input?.configuration?.StackName;
    if (provider === 'CloudFormation' && stack)
      return {
        ...none,
        // A message of several lines brings what a container printed.
        output: message.includes('\n') ? message.split('\n') : [],
        events: await describeDeployment(
          aws,
          stack,
          { since: action.startTime, until: action.status === 'InProgress' ? undefined : action.lastUpdateTime },
          unknown,
        ),
      };
  } catch (error) {
    unknown.push(`${provider} cannot be asked: ${reasonOf(error)}`);
  }
  return none;
}

function messageOf(action: ActionExecutionDetail): { message?: string } {
  const result = action.output?.executionResult;
  const text = result?.errorDetails?.message ?? result?.externalExecutionSummary;
  return text ? { message: plain(text) } : {};
}

function byEnd(a: ActionExecutionDetail, b: ActionExecutionDetail): number {
  return (a.lastUpdateTime?.getTime() ?? 0) - (b.lastUpdateTime?.getTime() ?? 0);
}
