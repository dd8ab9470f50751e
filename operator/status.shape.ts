import { z } from 'zod';
import { waitingApprovalShape } from '../model/promotion.shape';
import { executionShape } from '../model/revision.shape';

/** An action of a stage, as it is now. */
export const actionStatusShape = z.object({
  name: z.string(),
  provider: z.string(),
  runOrder: z.number(),
  /** CodePipeline's states, `NotRun`, or of a rehearsal `NotRehearsed`. */
  status: z.string(),
  startedAt: z.string().optional(),
  seconds: z.number().optional(),
  summary: z.string().optional(),
  error: z.string().optional(),
  externalExecutionId: z.string().optional(),
  url: z.string().optional(),
});

/** A stage with the execution that is in it, or was last. */
export const stageStatusShape = z.object({
  name: z.string(),
  /** CodePipeline's states, or `NotRun`. */
  status: z.string(),
  executionId: z.string().optional(),
  /** An execution that waits for this stage to become free, or for its transition. */
  waitingExecutionId: z.string().optional(),
  transition: z.object({
    enabled: z.boolean(),
    reason: z.string().optional(),
    by: z.string().optional(),
    since: z.string().optional(),
  }),
  actions: z.array(actionStatusShape),
});
/** {@link stageStatusShape} as a type. */
export type StageStatus = z.infer<typeof stageStatusShape>;

/** What `saiondo status --json` prints. */
export const statusShape = z.object({
  pipeline: z.string(),
  at: z.string(),
  version: z.number().optional(),
  stages: z.array(stageStatusShape),
  /** The executions that the stages hold, newest first. */
  executions: z.array(executionShape),
  approvals: z.array(waitingApprovalShape),
});
/** {@link statusShape} as a type. */
export type PipelineStatus = z.infer<typeof statusShape>;
