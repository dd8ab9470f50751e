import { type Location } from '../../../model/errors';
import type { RunEvent } from '../../../model/events';
import type { ActionContext, ArtifactFolder } from '../../ports/action';
import { type BuildOutput, type BuildResult } from '../build/build-plan';
import { type Shard } from '../project/image-commands';
import type { Project, ProjectVariable } from '../project/project';

/** A build of a project as CodePipeline or a batch starts it. */
export interface BuildRequest {
  readonly context: ActionContext;
  readonly project: Project;
  /** The input artifact that holds the buildspec and in which the commands run. */
  readonly primary: ArtifactFolder;
  /** `BuildspecOverride` of the action, or the task's own buildspec. */
  readonly buildspec?: string;
  /** Variables that go over the project's. */
  readonly variables: readonly (ProjectVariable & { readonly where: Location })[];
  readonly outputs: readonly BuildOutput[];
  /** The batch that it belongs to, and which of its builds this is. */
  readonly batch?: NonNullable<Extract<RunEvent, { kind: 'build.started' }>['batch']>;
  readonly shard?: Shard;
  readonly signal: AbortSignal;
}

/** How a started build came out. */
export type BuildOutcome =
  | { readonly kind: 'ended'; readonly buildId: string; readonly result: BuildResult }
  /** This machine cannot run it. */
  | { readonly kind: 'not rehearsed'; readonly missing: readonly string[]; readonly summary: string };
