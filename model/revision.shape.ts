import { z } from 'zod';

/** A commit that an execution delivers. What AWS does not tell is absent. */
export const revisionShape = z.object({
  /** The source action that brought it. */
  source: z.string(),
  commit: z.string(),
  message: z.string().optional(),
  author: z.string().optional(),
  /** `OWNER/REPO`. */
  repository: z.string().optional(),
  branch: z.string().optional(),
  url: z.string().optional(),
});
/** {@link revisionShape} as a type. */
export type Revision = z.infer<typeof revisionShape>;

/** An execution of the pipeline, as every command shows it. Times are ISO 8601, UTC. */
export const executionShape = z.object({
  id: z.string(),
  /** CodePipeline's states: InProgress, Succeeded, Failed, Stopped, Stopping, Superseded, Cancelled. */
  status: z.string(),
  /** STANDARD or ROLLBACK. */
  type: z.string(),
  rollbackTarget: z.string().optional(),
  trigger: z.object({ type: z.string(), detail: z.string().optional() }),
  revisions: z.array(revisionShape),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  seconds: z.number().optional(),
});
/** {@link executionShape} as a type. */
export type Execution = z.infer<typeof executionShape>;
