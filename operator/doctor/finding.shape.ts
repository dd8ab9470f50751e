import { z } from 'zod';
import { reasonOf } from '../reason';

/** One thing that was looked at. */
export const findingShape = z.object({
  /** The group: `tools`, `rehearsal` (what this machine needs for one), `credentials`, `bootstrap`, `connection`, `secrets`, `quotas`, `images`, `deployed`, `permissions`. */
  check: z.string(),
  /** `unknown`: it could not be looked at, and `text` says why. */
  status: z.enum(['ok', 'warning', 'error', 'unknown']),
  text: z.string(),
  /** The command, or the deed, that fixes it. */
  fix: z.string().optional(),
});
/** {@link findingShape} as a type. */
export type Finding = z.infer<typeof findingShape>;

/** What `saiondo doctor --json` prints. */
export const doctorShape = z.object({ pipeline: z.string(), findings: z.array(findingShape) });
/** {@link doctorShape} as a type. */
export type Diagnosis = z.infer<typeof doctorShape>;

/** Looks at something; what AWS refuses is a finding of its own, and the others go on. */
export async function look(check: string, what: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    const said = reasonOf(error);
    return [{ check, status: 'unknown', text: `${what} could not be looked at: ${said}` }];
  }
}

/** Whether AWS says that a thing is not there. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(ParameterNotFound|ResourceNotFoundException|NoSuchEntityException|NoSuchEntity|ImageNotFoundException|RepositoryNotFoundException|PipelineNotFoundException)$/.test(
      error.name,
    )
  );
}
