import * as path from 'node:path';
import type { RunEvent } from '../../../model/events';
import { Layout } from '../../../model/layout';
import { actionPath } from '../../../model/pipeline';
import type { Approver } from '../../codepipeline/execution/approval';
import { NO_INPUTS, type AccountInputs } from '../../ports/account-inputs';
import type { IamMode } from '../../ports/iam-mode';
import type { IsolationKind } from '../../ports/isolation';
import type { SourceRepository } from '../../ports/sources';
import { rehearse } from '../rehearsal';
import { resultOf, type AssemblyRehearsalResult } from './result';

/** A manual approval that waits for a decision. */
export interface ApprovalRequest {
  readonly stage: string;
  readonly action: string;
  /** What the action says to the person who approves, with its variables resolved. */
  readonly message?: string;
}

/** What is rehearsed, and how. */
export interface AssemblyRehearsal {
  /** The folder of the cloud assembly: what `cdk synth` writes, or `app.synth().directory`. */
  readonly assembly: string;
  /** The name of the pipeline; needed where the assembly has several. */
  readonly pipeline?: string;
  /**
   * What the source actions take, by the name that each has: `OWNER/REPO` of a connection or of GitHub, the name of a CodeCommit repository, `BUCKET/KEY`
   * of an S3 source. A text is the path of a git repository, taken at its last commit.
   */
  readonly sources: Readonly<Record<string, string | SourceRepository>>;
  /**
   * The folder that keeps the rehearsal's state: runs, ledger, databases, caches. The next rehearsal in it starts from what this one deployed. Git must
   * ignore it.
   */
  readonly directory: string;
  /**
   * The folder of the tools that the rehearsal installs for itself (the local AWS endpoint): several projects may share one. Default: SAIONDO_TOOLS_DIR, else
   * a folder below `directory`.
   */
  readonly tools?: string;
  /** Decides manual approvals. Without it the run ends `waiting` at the first one. */
  readonly approve?: (request: ApprovalRequest) => boolean | Promise<boolean>;
  /** Ends the run after this stage. */
  readonly until?: string;
  /** Values for the pipeline's own variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What the app needs of its account: values of stack parameters, of the parameter store, of secrets. */
  readonly inputs?: Partial<AccountInputs>;
  /** Variables that every build gets. The values of `secrets` are masked in logs and records. */
  readonly environment?: {
    readonly variables?: Readonly<Record<string, string>>;
    readonly secrets?: Readonly<Record<string, string>>;
  };
  /** Whether a container engine is used where one answers. Default true. */
  readonly containers?: boolean;
  /** How builds are kept apart. Default: the best that this machine has. */
  readonly isolation?: IsolationKind;
  /** What a permission that AWS would deny does: `enforce` fails what asked, `report` lists it, `off` judges nothing. Default: `enforce`. */
  readonly iam?: IamMode;
  /** How many builds run at once. Default: by cores and memory. */
  readonly jobs?: number;
  /** Whether an action that this machine cannot rehearse makes the exit code 3. Default false. */
  readonly strict?: boolean;
  /** Hears each event when it is recorded. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the run when it is aborted; the run can be continued with `saiondo rehearse --resume`. */
  readonly signal?: AbortSignal;
}

/**
 * Rehearses the pipeline of a cloud assembly on this machine: from its sources to its last stage, without AWS. A failed build is a value of the result, never
 * an exception.
 * @throws SaiondoError where the rehearsal cannot begin: `ASSEMBLY_…` for an assembly that cannot be read, `PIPELINE_MISSING`, `PIPELINE_AMBIGUOUS`,
 * `PIPELINE_INVALID`, `STAGE_MISSING` for `until`, `LOCKED` where another rehearsal works in the folder
 */
export async function rehearseAssembly(
  asked: AssemblyRehearsal,
  caller: { readonly version: string },
): Promise<AssemblyRehearsalResult> {
  const layout = new Layout(path.resolve(asked.directory), asked.tools && path.resolve(asked.tools));
  const { environment = {}, until, variables, isolation, jobs, pipeline, onEvent } = asked;
  const state = await rehearse({
    layout,
    version: caller.version,
    assembly: () => Promise.resolve(path.resolve(asked.assembly)),
    deployAssembly: true,
    sources: new Map(
      Object.entries(asked.sources).map(([name, source]) => [
        name,
        typeof source === 'string' ? { path: source } : source,
      ]),
    ),
    fixtures: { processes: [], parameters: [], secrets: [] },
    approve: approverOf(asked.approve),
    strict: asked.strict === true,
    iam: asked.iam ?? 'enforce',
    withoutContainers: asked.containers === false,
    given: { variables: environment.variables ?? {}, secrets: environment.secrets ?? {} },
    listeners: onEvent ? [(event) => onEvent(event)] : [],
    signal: asked.signal ?? new AbortController().signal,
    ...(asked.inputs === undefined ? {} : { inputs: { ...NO_INPUTS, ...asked.inputs } }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(until === undefined ? {} : { until }),
    ...(variables === undefined ? {} : { variables }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(jobs === undefined ? {} : { jobs }),
  });
  return resultOf(state, layout.run(state.runId));
}

function approverOf(decide: AssemblyRehearsal['approve']): Approver {
  return async ({ stage, action, message }) => {
    if (!decide) return undefined;
    const approved = await decide({ stage, action, ...(message === undefined ? {} : { message }) });
    return {
      status: approved ? 'Approved' : 'Rejected',
      by: 'the program that rehearses',
      comment: `${actionPath(stage, action)} was decided by its function`,
    };
  };
}
