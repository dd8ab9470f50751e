import { z } from 'zod';

/** Names and ids as the CodePipeline API Reference constrains them. */
export const pipelineName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[A-Za-z0-9.@\-_]+$/);
export const stageName = pipelineName;
export const actionName = pipelineName;
export const executionId = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
export const nextToken = z.string().min(1).max(2048).optional();
export const maxResults = z.number().int().min(1).max(100).optional();
/** API Reference, ActionExecutionFilter and RuleExecutionFilter. */
export const oneExecution = z
  .object({
    pipelineExecutionId: executionId.optional(),
    latestInPipelineExecution: z
      .object({ pipelineExecutionId: executionId, startTimeRange: z.enum(['Latest', 'All']) })
      .optional(),
  })
  .optional();
/** Why a transition is disabled (API Reference, DisableStageTransition). */
export const transitionReason = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[a-zA-Z0-9!@ ().*?\-]+$/, 'letters, digits, spaces and ! @ ( ) . * ? - only');
/** Approval tokens are UUIDs too (API Reference, PutApprovalResult). */
export const approvalToken = executionId;
