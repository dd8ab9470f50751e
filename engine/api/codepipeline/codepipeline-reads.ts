import { type ApiSources } from '../protocol/sources';
import { z } from 'zod';
import { ApiError } from '../protocol/api-error';
import { executionId, maxResults, nextToken, oneExecution, pipelineName, stageName } from './codepipeline-inputs';
import { actionExecutionDetail, executionSummary, pipelineExecution } from './execution-shapes';
import { page } from '../protocol/paging';
import { pipelineNamed, pipelinesOf, type KnownExecution, type PipelineHistory } from './pipeline-history';
import { pipelineDeclaration } from './pipeline-shapes';
import { pipelineState } from './pipeline-state';
import { operation, type Caller, type Operation } from '../protocol/service';

const INVALID_TOKEN = 'InvalidNextTokenException';
/** The operations of CodePipeline that read: over the run in progress and the runs on disk. */
export function codePipelineReads({ runs, ledger }: ApiSources): Record<string, Operation> {
  const named = (name: string, caller: Caller): PipelineHistory => pipelineNamed(runs, ledger(), caller, name);
  return {
    ListPipelines: operation(
      z.object({ nextToken, maxResults: z.number().int().min(1).max(1000).optional() }),
      (input, caller) => {
        const { items, nextToken: next } = page(
          pipelinesOf(runs, ledger(), caller),
          (history) => history.definition.name,
          { size: input.maxResults ?? 1000, token: input.nextToken, code: INVALID_TOKEN },
        );
        return {
          pipelines: items.map((history) => ({
            name: history.definition.name,
            version: history.version(history.definition.structureVersion),
            pipelineType: history.definition.pipelineType,
            executionMode: history.definition.executionMode,
            created: history.since(),
            updated: history.since(history.definition.structureVersion),
          })),
          nextToken: next,
        };
      },
    ),

    GetPipeline: operation(
      z.object({ name: pipelineName, version: z.number().int().min(1).optional() }),
      (input, caller) => {
        const history = named(input.name, caller);
        const { definition } = history;
        const version = history.version(definition.structureVersion);
        if (input.version !== undefined && input.version !== version)
          throw new ApiError(
            'PipelineVersionNotFoundException',
            `The pipeline '${input.name}' has no version ${input.version} here; it is at version ${version}`,
          );
        const deployed = ledger()
          .resources('AWS::CodePipeline::Pipeline', definition.account, definition.region)
          .find((one) => one.physicalId === definition.name);
        return {
          pipeline: pipelineDeclaration(definition, version, deployed),
          metadata: {
            pipelineArn: `arn:aws:codepipeline:${definition.region}:${definition.account}:${definition.name}`,
            created: history.since(),
            updated: history.since(definition.structureVersion),
          },
        };
      },
    ),

    GetPipelineState: operation(z.object({ name: pipelineName }), (input, caller) =>
      pipelineState(named(input.name, caller)),
    ),

    GetPipelineExecution: operation(z.object({ pipelineName, pipelineExecutionId: executionId }), (input, caller) => {
      const history = named(input.pipelineName, caller);
      return { pipelineExecution: pipelineExecution(history, history.execution(input.pipelineExecutionId)) };
    }),

    ListPipelineExecutions: operation(
      z.object({
        pipelineName,
        maxResults,
        nextToken,
        filter: z.object({ succeededInStage: z.object({ stageName: stageName.optional() }).optional() }).optional(),
      }),
      (input, caller) => {
        const history = named(input.pipelineName, caller);
        const stage = input.filter?.succeededInStage?.stageName;
        const matching = history.executions.filter(
          ({ digest }) =>
            stage === undefined || digest.stages.some((one) => one.name === stage && one.status === 'Succeeded'),
        );
        const { items, nextToken: next } = page(matching, keyOf, {
          size: input.maxResults ?? 100,
          token: input.nextToken,
          code: INVALID_TOKEN,
        });
        return {
          pipelineExecutionSummaries: items.map((known) => executionSummary(known, history.definition.executionMode)),
          nextToken: next,
        };
      },
    ),

    ListActionExecutions: operation(
      z.object({
        pipelineName,
        maxResults,
        nextToken,
        filter: oneExecution,
      }),
      (input, caller) => {
        const history = named(input.pipelineName, caller);
        const one = input.filter?.pipelineExecutionId ?? input.filter?.latestInPipelineExecution?.pipelineExecutionId;
        const latest = input.filter?.latestInPipelineExecution?.startTimeRange === 'Latest';
        const executions = one === undefined ? history.executions : [history.execution(one).known];
        return listActions(history, executions, { ...input, latest });
      },
    ),
  };
}

function keyOf(known: KnownExecution): string {
  return known.digest.executionId;
}

/** Action executions, the newest first; only as many runs are opened as the page needs. */
function listActions(
  history: PipelineHistory,
  executions: readonly KnownExecution[],
  input: { maxResults?: number | undefined; nextToken?: string | undefined; latest: boolean },
): object {
  const from = startOf(executions, input.nextToken);
  const size = input.maxResults ?? 100;
  const found: { key: string; detail: object }[] = [];
  for (const known of executions.slice(from.execution)) {
    const open = history.open(known);
    const all = input.latest ? [...open.state.actions.values()] : open.state.actionExecutions;
    // The same start time is common among actions of one run order: the later one in the log is the newer one.
    const ordered = all
      .map((action, at) => ({ action, at }))
      .sort((a, b) => b.action.startedAt.localeCompare(a.action.startedAt) || b.at - a.at)
      .map(({ action }) => action);
    const first = ordered.findIndex((action) => action.actionExecutionId === from.item) + 1;
    for (const action of known === executions[from.execution] ? ordered.slice(first) : ordered)
      found.push({
        key: `${keyOf(known)}/${action.actionExecutionId}`,
        detail: actionExecutionDetail(history, open, action),
      });
    if (found.length > size) break;
  }
  const { items, nextToken: next } = page(found, (one) => one.key, { size, code: INVALID_TOKEN });
  return { actionExecutionDetails: items.map((one) => one.detail), nextToken: next };
}

/** Where a page of actions begins: after the action that its token names. */
function startOf(
  executions: readonly KnownExecution[],
  token: string | undefined,
): { execution: number; item: string | undefined } {
  if (token === undefined) return { execution: 0, item: undefined };
  const [execution, item] = Buffer.from(token, 'base64url').toString('utf8').split('/');
  const at = executions.findIndex((known) => keyOf(known) === execution);
  if (at < 0) throw new ApiError(INVALID_TOKEN, 'The next token is not one that this operation gave.');
  return { execution: at, item };
}
