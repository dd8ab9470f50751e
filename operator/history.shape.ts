import { z } from 'zod';
import { executionShape } from '../model/revision.shape';

/** What `saiondo history --json` prints. */
export const historyShape = z.object({
  pipeline: z.string(),
  /** Newest first. `failed`: the first action that failed, as `Stage/Action`. */
  executions: z.array(executionShape.extend({ failed: z.string().optional(), error: z.string().optional() })),
  /** Over the executions above that succeeded; seconds. */
  duration: z.object({ p50: z.number(), p90: z.number(), count: z.number() }).optional(),
  /** Every attempt of every action of the executions above; seconds are of those that succeeded. */
  actions: z.array(
    z.object({
      /** `Stage/Action`. */
      action: z.string(),
      runs: z.number(),
      failures: z.number(),
      /** 0 to 1. */
      failureRate: z.number(),
      /** How many of them did nothing, for what they give had been made before; they count for no duration. Undefined where none did. */
      unchanged: z.number().optional(),
      p50: z.number().optional(),
      p90: z.number().optional(),
    }),
  ),
  /** The four DORA figures of each stage that deploys; `operator/dora.ts` defines them. */
  environments: z.array(
    z.object({
      environment: z.string(),
      deployments: z.number(),
      deploymentsPerDay: z.number(),
      leadTimeSeconds: z.number().optional(),
      changeFailureRate: z.number().optional(),
      restoreSeconds: z.number().optional(),
    }),
  ),
});
/** {@link historyShape} as a type. */
export type History = z.infer<typeof historyShape>;
