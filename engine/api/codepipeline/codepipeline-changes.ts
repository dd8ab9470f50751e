import { z } from 'zod';
import type { PipelineControl } from '../../ports/pipeline-control';
import { ApiError } from '../protocol/api-error';
import {
  actionName,
  approvalToken,
  executionId,
  pipelineName,
  stageName,
  transitionReason,
} from './codepipeline-inputs';
import type { ApiSources } from '../protocol/sources';
import { pipelineNamed } from './pipeline-history';
import { operation, type Caller, type Operation } from '../protocol/service';

/** What the changing operations act on: nothing where only runs on disk are served. */
export type ControlSource = () => PipelineControl | undefined;

/** The operations of CodePipeline that change something. All end in the engine's {@link PipelineControl}, which obeys CodePipeline's rules. */
export function codePipelineChanges(sources: ApiSources, control: ControlSource): Record<string, Operation> {
  /** The engine that may be told, once the pipeline is one that the caller sees. */
  const engine = (name: string, caller: Caller): PipelineControl => {
    pipelineNamed(sources.runs, sources.ledger(), caller, name);
    const found = control();
    if (!found)
      throw new ApiError(
        'ConflictException',
        'No rehearsal runs here, so nothing can be changed: continue the run with saiondo rehearse --resume RUN --serve, or start one',
      );
    return found;
  };
  return {
    StartPipelineExecution: operation(
      z.object({
        name: pipelineName,
        variables: z
          .array(z.object({ name: z.string().min(1).max(128), value: z.string().min(1).max(1000) }))
          .max(50)
          .optional(),
        clientRequestToken: z.string().min(1).max(128).optional(),
        sourceRevisions: z
          .array(
            z.object({
              actionName,
              revisionType: z.enum(['COMMIT_ID', 'IMAGE_DIGEST', 'S3_OBJECT_VERSION_ID', 'S3_OBJECT_KEY']),
              revisionValue: z.string().min(1),
            }),
          )
          .max(50)
          .optional(),
      }),
      (input, caller) =>
        engine(input.name, caller).startPipelineExecution({
          name: input.name,
          ...(input.variables
            ? { variables: Object.fromEntries(input.variables.map(({ name, value }) => [name, value])) }
            : {}),
          ...(input.sourceRevisions
            ? {
                sourceRevisions: input.sourceRevisions.map((one) => ({
                  actionName: one.actionName,
                  revisionValue: one.revisionValue,
                })),
              }
            : {}),
          trigger: { type: 'StartPipelineExecution', detail: caller.principal.arn },
        }),
    ),

    StopPipelineExecution: operation(
      z.object({
        pipelineName,
        pipelineExecutionId: executionId,
        abandon: z.boolean().optional(),
        reason: z.string().max(200).optional(),
      }),
      (input, caller) => engine(input.pipelineName, caller).stopPipelineExecution(definedOf(input)),
    ),

    RetryStageExecution: operation(
      z.object({
        pipelineName,
        stageName,
        pipelineExecutionId: executionId,
        retryMode: z.enum(['FAILED_ACTIONS', 'ALL_ACTIONS']),
      }),
      (input, caller) => engine(input.pipelineName, caller).retryStageExecution(input),
    ),

    OverrideStageCondition: operation(
      z.object({
        pipelineName,
        stageName,
        pipelineExecutionId: executionId,
        conditionType: z.enum(['BEFORE_ENTRY', 'ON_SUCCESS']),
      }),
      ({ conditionType, ...input }, caller) => {
        const condition = conditionType === 'BEFORE_ENTRY' ? 'beforeEntry' : 'onSuccess';
        engine(input.pipelineName, caller).overrideStageCondition({ ...input, condition });
        return {};
      },
    ),

    RollbackStage: operation(
      z.object({ pipelineName, stageName, targetPipelineExecutionId: executionId }),
      (input, caller) => engine(input.pipelineName, caller).rollbackStage(input),
    ),

    PutApprovalResult: operation(
      z.object({
        pipelineName,
        stageName,
        actionName,
        token: approvalToken,
        result: z.object({ status: z.enum(['Approved', 'Rejected']), summary: z.string().min(0).max(512) }),
      }),
      (input, caller) => engine(input.pipelineName, caller).putApprovalResult({ ...input, by: caller.principal.arn }),
    ),

    EnableStageTransition: operation(
      z.object({ pipelineName, stageName, transitionType: z.enum(['Inbound', 'Outbound']) }),
      (input, caller) => {
        engine(input.pipelineName, caller).setStageTransition({ ...input, enabled: true, by: caller.principal.arn });
        return {};
      },
    ),

    DisableStageTransition: operation(
      z.object({
        pipelineName,
        stageName,
        transitionType: z.enum(['Inbound', 'Outbound']),
        reason: transitionReason,
      }),
      (input, caller) => {
        engine(input.pipelineName, caller).setStageTransition({ ...input, enabled: false, by: caller.principal.arn });
        return {};
      },
    ),
  };
}

/** Optional members that are undefined are not there at all. */
function definedOf<T extends { abandon?: boolean | undefined; reason?: string | undefined }>(
  input: T,
): Omit<T, 'abandon' | 'reason'> & { abandon?: boolean; reason?: string } {
  const { abandon, reason, ...rest } = input;
  return { ...rest, ...(abandon === undefined ? {} : { abandon }), ...(reason === undefined ? {} : { reason }) };
}
