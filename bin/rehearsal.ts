import { version } from '../commands/input/package';
import { rehearseAssembly, type AssemblyRehearsal } from '../engine/rehearsal/api/rehearse-assembly';
import type { AssemblyRehearsalResult } from '../engine/rehearsal/api/result';

export type { ApprovalRequest, AssemblyRehearsal } from '../engine/rehearsal/api/rehearse-assembly';
export type {
  AssemblyRehearsalResult,
  RehearsedAction,
  RehearsedBuild,
  RehearsedStage,
} from '../engine/rehearsal/api/result';
export type { AccountInputs } from '../engine/ports/account-inputs';
export type { SourceRepository } from '../engine/ports/sources';
export type { ActionStatus, Failure, RunEvent, RunVerdict, StageStatus } from '../model/events';
export { SaiondoError } from '../model/errors';

/**
 * Rehearses the pipeline of a cloud assembly on this machine: from its sources to its last stage, without AWS. A failed build is a value of the result, never
 * an exception.
 * @throws SaiondoError where the rehearsal cannot begin; `code` says why: `ASSEMBLY_…` for an assembly that cannot be read, `PIPELINE_MISSING`,
 * `PIPELINE_AMBIGUOUS`, `PIPELINE_INVALID`, `STAGE_MISSING` for `until`, `LOCKED` where another rehearsal works in the folder
 */
export function rehearse(asked: AssemblyRehearsal): Promise<AssemblyRehearsalResult> {
  const tools = asked.tools ?? process.env.SAIONDO_TOOLS_DIR;
  return rehearseAssembly({ ...asked, ...(tools === undefined ? {} : { tools }) }, { version });
}
