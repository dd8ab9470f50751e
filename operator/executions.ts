import type { ActionExecutionDetail, PipelineExecutionSummary, SourceRevision } from '@aws-sdk/client-codepipeline';
import type { Calls } from './aws';
import { pages } from './paging';
import { SaiondoError } from '../model/errors';
import { plain } from '../model/plain-text';
import type { Execution, Revision } from '../model/revision.shape';

/** The largest page that ListPipelineExecutions and ListActionExecutions give (API Reference, `maxResults`). */
const PAGE = 100;

/** The newest executions, newest first. */
export async function listExecutions(
  aws: Pick<Calls, 'listPipelineExecutions'>,
  pipelineName: string,
  count: number,
): Promise<Execution[]> {
  const found: Execution[] = [];
  const request = { pipelineName, maxResults: Math.min(PAGE, count) };
  for await (const page of pages(aws.listPipelineExecutions, request)) {
    found.push(...(page.pipelineExecutionSummaries ?? []).map(executionOf));
    if (found.length >= count) break;
  }
  return found.slice(0, count);
}

/** Whether a text is an execution's whole id (API Reference, PipelineExecutionId). */
export function isWholeId(id: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(id);
}

/** The error for an execution that none of those that were listed is. */
export function unknownExecution(id: string): SaiondoError {
  return new SaiondoError(`there is no execution ${id}`, {
    code: 'EXECUTION_UNKNOWN',
    next: 'saiondo history lists them: give an id, or its first characters',
  });
}

/** The action executions of one execution, or, without one, of all, newest first as AWS lists them. */
export async function* listActions(
  aws: Pick<Calls, 'listActionExecutions'>,
  pipelineName: string,
  executionId?: string,
): AsyncGenerator<ActionExecutionDetail> {
  const filter = executionId ? { filter: { pipelineExecutionId: executionId } } : {};
  for await (const page of pages(aws.listActionExecutions, { pipelineName, maxResults: PAGE, ...filter }))
    yield* page.actionExecutionDetails ?? [];
}

/** The latest attempt of each action of an execution, by `Stage/Action`, in the order in which they began. */
export async function latestActions(
  aws: Pick<Calls, 'listActionExecutions'>,
  pipelineName: string,
  executionId: string,
): Promise<Map<string, ActionExecutionDetail>> {
  const all: ActionExecutionDetail[] = [];
  for await (const action of listActions(aws, pipelineName, executionId)) all.push(action);
  all.sort((a, b) => (a.startTime?.getTime() ?? 0) - (b.startTime?.getTime() ?? 0));
  const latest = new Map<string, ActionExecutionDetail>();
  for (const action of all) latest.set(pathOf(action), action);
  return latest;
}

/** `Stage/Action`. */
export function pathOf(action: { readonly stageName?: string; readonly actionName?: string }): string {
  return `${action.stageName ?? ''}/${action.actionName ?? ''}`;
}

/** The account that an action works in: that of the role which CodePipeline assumes for it, else the pipeline's. */
export function accountOf(roleArn: string | undefined): string | undefined {
  return /^arn:aws[^:]*:iam::(\d{12}):/.exec(roleArn ?? '')?.[1];
}

/** A commit with what the source action's output variables add to it: author, repository, branch. */
export function withSourceVariables(revision: Revision, actions: ReadonlyMap<string, ActionExecutionDetail>): Revision {
  const source = [...actions.values()].find((one) => one.actionName === revision.source);
  const variables = source?.output?.outputVariables ?? {};
  const add = (key: 'author' | 'message' | 'repository' | 'branch', name: string): Partial<Revision> =>
    revision[key] === undefined && variables[name] ? { [key]: plain(variables[name]) } : {};
  return {
    ...revision,
    ...add('author', 'AuthorDisplayName'),
    ...add('message', 'CommitMessage'),
    ...add('repository', 'FullRepositoryName'),
    ...add('branch', 'BranchName'),
  };
}

function executionOf(summary: PipelineExecutionSummary): Execution {
  const { startTime, lastUpdateTime, status } = summary;
  const ended = status !== undefined && !['InProgress', 'Stopping'].includes(status);
  const until = ended ? lastUpdateTime : undefined;
  const target = summary.rollbackMetadata?.rollbackTargetPipelineExecutionId;
  return {
    id: summary.pipelineExecutionId ?? '',
    status: status ?? 'Unknown',
    type: summary.executionType ?? 'STANDARD',
    ...(target ? { rollbackTarget: target } : {}),
    trigger: {
      type: summary.trigger?.triggerType ?? 'Unknown',
      ...(summary.trigger?.triggerDetail ? { detail: plain(summary.trigger.triggerDetail) } : {}),
    },
    revisions: (summary.sourceRevisions ?? []).map(revisionOf),
    ...(startTime ? { startedAt: startTime.toISOString() } : {}),
    ...(until ? { endedAt: until.toISOString() } : {}),
    ...(startTime && until ? { seconds: (until.getTime() - startTime.getTime()) / 1000 } : {}),
  };
}

function revisionOf(revision: SourceRevision): Revision {
  const message = messageOf(revision.revisionSummary);
  return {
    source: revision.actionName ?? '',
    commit: revision.revisionId ?? '',
    ...(message ? { message } : {}),
    ...(revision.revisionUrl ? { url: plain(revision.revisionUrl) } : {}),
  };
}

/** A connection's revision summary is JSON with the commit's message in it; other sources give the text itself. */
function messageOf(summary: string | undefined): string | undefined {
  if (!summary) return undefined;
  try {
    const parsed = JSON.parse(summary) as { CommitMessage?: unknown } | null;
    if (typeof parsed?.CommitMessage === 'string') return plain(parsed.CommitMessage);
  } catch {
    // Not JSON: the message itself.
  }
  return plain(summary);
}
