import { z } from 'zod';
import { executionShape, revisionShape } from '../../../model/revision.shape';

/** A failed test case of a report (CodeBuild API Reference, TestCase). */
export const failedTestShape = z.object({
  name: z.string(),
  suite: z.string().optional(),
  message: z.string().optional(),
});
/** {@link failedTestShape} as a type. */
export type FailedTest = z.infer<typeof failedTestShape>;

/** Why it failed, in one sentence, with the lines that say so. */
export const causeShape = z.object({
  summary: z.string(),
  /** Who recognized it: the file of `operator/triage/recognizers/`. */
  recognizer: z.string(),
  /** The error's lines in their context; `error` marks those that the recognizer went by. */
  lines: z.array(z.object({ text: z.string(), error: z.boolean() })),
  known: z.object({ slug: z.string(), title: z.string(), remedy: z.string(), runbook: z.string() }).optional(),
});
/** {@link causeShape} as a type. */
export type Cause = z.infer<typeof causeShape>;

/** The build of a failed CodeBuild action. */
export const failedBuildShape = z.object({
  id: z.string(),
  project: z.string(),
  /** CodeBuild's states: FAILED, FAULT, TIMED_OUT, STOPPED. */
  status: z.string(),
  phase: z.string().optional(),
  command: z.string().optional(),
  exitCode: z.number().optional(),
  /** The project's timeout. */
  timeoutMinutes: z.number().optional(),
  log: z.object({ group: z.string(), stream: z.string(), url: z.string().optional() }).optional(),
});
/** {@link failedBuildShape} as a type. */
export type FailedBuild = z.infer<typeof failedBuildShape>;

/** An event of a stack or a service that tells why. */
export const eventShape = z.object({
  at: z.string().optional(),
  /** `STACK/LOGICAL_ID` or the service's name. */
  subject: z.string(),
  type: z.string().optional(),
  status: z.string().optional(),
  reason: z.string(),
});
/** {@link eventShape} as a type. */
export type DeploymentEvent = z.infer<typeof eventShape>;

/** Since when an action fails. */
export const sinceShape = z.object({
  lastPassed: z
    .object({ executionId: z.string(), at: z.string().optional(), revisions: z.array(revisionShape) })
    .optional(),
  firstFailed: z.object({ executionId: z.string(), at: z.string().optional(), revisions: z.array(revisionShape) }),
  /** The commits between the two, oldest first, where a checkout here has both. */
  commits: z.array(z.object({ commit: z.string(), author: z.string(), message: z.string() })).optional(),
});
/** {@link sinceShape} as a type. */
export type Since = z.infer<typeof sinceShape>;

/** An action that failed, and why. */
export const failureShape = z.object({
  /** `Stage/Action`. */
  action: z.string(),
  provider: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** What CodePipeline says of it. */
  message: z.string().optional(),
  /** The console's page of the build or the stack. */
  url: z.string().optional(),
  build: failedBuildShape.optional(),
  events: z.array(eventShape),
  cause: causeShape,
  tests: z.array(failedTestShape),
  since: sinceShape.optional(),
  /** The command that runs it again on this machine. */
  reproduce: z.string(),
  /** What could not be read, and why: an account that may not be entered, a log that is gone. */
  unknown: z.array(z.string()),
});
/** {@link failureShape} as a type. */
export type ActionFailure = z.infer<typeof failureShape>;

/** What `saiondo triage --json` prints. */
export const triageShape = z.object({
  pipeline: z.string(),
  /** Absent where the pipeline has not failed. */
  execution: executionShape.optional(),
  /** The action that failed first; absent where none did. */
  failure: failureShape.optional(),
  /** Further actions of the execution that failed. */
  others: z.array(z.object({ action: z.string(), message: z.string().optional(), cause: z.string().optional() })),
  /** The rollbacks that answered the failure, oldest first: `failed` is the action that failed in one. */
  rollbacks: z
    .array(executionShape.extend({ failed: z.string().optional(), message: z.string().optional() }))
    .optional(),
});
/** {@link triageShape} as a type. */
export type Triage = z.infer<typeof triageShape>;
