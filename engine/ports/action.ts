import type { Emit, Failure } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { ActionDefinition, PipelineDefinition } from '../../model/pipeline';
import type { StackLedger } from './ledger';
import type { LocalAws } from './local-aws';

/** An artifact as the rehearsal stores it: a folder whose content is the artifact's. Consumers copy, never change it. */
export interface ArtifactFolder {
  readonly name: string;
  readonly path: string;
}

/** All that an action's runner may know; everything else of the run is none of its business. */
export interface ActionContext {
  readonly layout: Layout;
  readonly runId: string;
  readonly pipeline: PipelineDefinition;
  readonly executionId: string;
  readonly actionExecutionId: string;
  readonly stage: string;
  /** Configuration, environment variables and commands with every `#{namespace.key}` resolved. */
  readonly action: ActionDefinition;
  /** In the order of `action.inputArtifacts`; the first is the default primary source. */
  readonly inputs: readonly ArtifactFolder[];
  /** A folder per declared output artifact, made and empty, to be filled. */
  readonly outputs: readonly ArtifactFolder[];
  readonly ledger: StackLedger;
  readonly local: LocalAws;
  readonly emit: Emit;
  /** Aborted when the run is stopped or abandoned, or the action's own timeout passed (`signal.reason` says which). */
  readonly signal: AbortSignal;
  /** Of a source action: the revision to take instead of the newest, where the execution was started on one (a commit, an S3 version, an image digest). */
  readonly revisionValue?: string;
  /** ResolvedSourceVersion etc. of the primary source, if it came from a source action. */
  readonly revisionOf: (artifact: string) => { commitId: string; repository: string } | undefined;
}

/** How an action ended, as a value. `commandSeconds` is the time of the action's own commands (the rehearsal's overhead is the rest). */
export type ActionResult =
  | {
      readonly status: 'Succeeded';
      readonly outputVariables?: Record<string, string>;
      readonly externalExecutionId?: string;
      readonly summary?: string;
      readonly commandSeconds?: number;
    }
  | {
      readonly status: 'Failed';
      readonly failure: Failure;
      readonly outputVariables?: Record<string, string>;
      readonly externalExecutionId?: string;
      readonly commandSeconds?: number;
    }
  | { readonly status: 'NotRehearsed'; readonly missing: readonly string[]; readonly summary: string }
  | { readonly status: 'Abandoned'; readonly summary: string };

/** Runs one kind of action. Never throws for what the user's pipeline did; a throw is a bug of the engine. */
export type ActionRunner = (context: ActionContext) => Promise<ActionResult>;

/** Runners by `Category/Owner/Provider`, e.g. `Build/AWS/CodeBuild`. */
export type ActionRunners = ReadonlyMap<string, ActionRunner>;
