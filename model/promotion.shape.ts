import { z } from 'zod';
import { executionShape } from './revision.shape';

/** A resource that a deployment changes. Replacements come first in every list. */
export const resourceChangeShape = z.object({
  action: z.string(),
  logicalId: z.string(),
  type: z.string(),
  /** CloudFormation's word: True, False, Conditional. */
  replacement: z.string().optional(),
  properties: z.array(z.string()),
  security: z.boolean(),
});
/** {@link resourceChangeShape} as a type. */
export type ResourceChange = z.infer<typeof resourceChangeShape>;

/** What a stack's deployment changes, and how that is known. */
export const stackChangesShape = z.object({
  stack: z.string(),
  /** A change set that is prepared already, or the templates of both executions compared: values that only AWS knows are left out there. */
  source: z.enum(['change set', 'templates']),
  changes: z.array(resourceChangeShape),
});
/** {@link stackChangesShape} as a type. */
export type StackChanges = z.infer<typeof stackChangesShape>;

/** A permission that comes or goes: `Allow s3:GetObject on arn:… for ROLE`. */
export const permissionChangeShape = z.object({
  change: z.enum(['added', 'removed']),
  stack: z.string(),
  logicalId: z.string(),
  statement: z.string(),
});
/** {@link permissionChangeShape} as a type. */
export type PermissionChange = z.infer<typeof permissionChangeShape>;

/** What lies between two executions of the pipeline. */
export const differenceShape = z.object({
  /** What a person decides about, in a line: what can hurt first. */
  summary: z.string(),
  commits: z.array(
    z.object({
      source: z.string(),
      from: z.string().optional(),
      to: z.string(),
      /** Oldest first; absent where no checkout here has both. */
      commits: z.array(z.object({ commit: z.string(), author: z.string(), message: z.string() })).optional(),
    }),
  ),
  images: z.array(
    z.object({
      service: z.string(),
      from: z.string().optional(),
      to: z.string(),
      /** The digest of the tag that comes, from ECR. */
      digest: z.string().optional(),
    }),
  ),
  migrations: z.array(z.object({ name: z.string(), sql: z.string() })),
  stacks: z.array(stackChangesShape),
  permissions: z.array(permissionChangeShape),
  /** Source files of contracts that differ. */
  contracts: z.array(z.string()),
  /** What could not be found out, and why. */
  unknown: z.array(z.string()),
});
/** {@link differenceShape} as a type. */
export type Difference = z.infer<typeof differenceShape>;

/** A manual approval that waits for a person. */
export const waitingApprovalShape = z.object({
  stage: z.string(),
  action: z.string(),
  executionId: z.string(),
  message: z.string().optional(),
  link: z.string().optional(),
  since: z.string().optional(),
  /** When it fails by itself (CodePipeline User Guide, "Quotas": seven days where the action says nothing). */
  deadline: z.string().optional(),
});
/** {@link waitingApprovalShape} as a type. */
export type WaitingApproval = z.infer<typeof waitingApprovalShape>;

/** What `saiondo approve --dry-run --json` prints: what the stage will get. */
export const promotionShape = z.object({
  pipeline: z.string(),
  /** The stage that continues when the approval is given: the approval's own, or the next one where the approval ends its stage. */
  stage: z.string(),
  approval: waitingApprovalShape,
  execution: executionShape,
  /** The last execution that succeeded in the stage; absent before the first. */
  last: executionShape.optional(),
  difference: differenceShape,
});
/** {@link promotionShape} as a type. */
export type Promotion = z.infer<typeof promotionShape>;

/** What `saiondo rollback --dry-run --json` prints: what the stage returns to. */
export const rollbackShape = z.object({
  pipeline: z.string(),
  stage: z.string(),
  current: executionShape.optional(),
  /** Absent where no execution can be returned to. */
  target: executionShape.optional(),
  /** Executions that succeeded in the stage, newest first; `why` says why one is not eligible. */
  candidates: z.array(executionShape.extend({ eligible: z.boolean(), why: z.string().optional() })),
  /** From the target to what runs now: what a rollback takes back, and of it what it cannot. */
  difference: differenceShape.optional(),
});
/** {@link rollbackShape} as a type. */
export type Rollback = z.infer<typeof rollbackShape>;
