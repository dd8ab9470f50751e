import type { BuildStatus, Failure } from '../../../model/events';
import { type Buildspec } from '../spec/buildspec';
import type { BuildQueue } from '../../ports/build-queue';
import type { Sandbox } from '../../ports/isolation';
import type { SeenFolders } from '../../files/own-files';
import type { BuildCache } from './cache';
import type { NamedSecret, RunSecrets } from '../../ports/run-secrets';
import type { RunAs } from '../project/run-as';
import { type ShellProgram } from '../project/image';

/** A build, ready to run: everything decided, nothing started. */
export interface BuildPlan {
  readonly buildId: string;
  readonly project: string;
  readonly buildspec: Buildspec;
  /** The build's own folder: `src/`, `reports/`, `log.txt`. */
  readonly directory: string;
  /** What the paths of reports are relative to. */
  readonly runDirectory?: string;
  /** The primary source, copied already, and how long that took. */
  readonly source: string;
  readonly downloadSeconds?: number;
  readonly shell?: ShellProgram;
  /** Folders of the build by where it sees them; without it the source alone. Artifacts are taken of these. */
  readonly seen?: SeenFolders;
  /** Where the commands run, with their variables. The build closes it. */
  readonly sandbox: Sandbox;
  /** Secrets that the log never shows, by the names of their variables. */
  readonly secrets: readonly NamedSecret[];
  /** The secrets of the whole run. */
  readonly known?: RunSecrets;
  /** Variables that are never exported: those that come from a secret or a parameter of the project. */
  readonly unexportable: ReadonlySet<string>;
  /** Users that `run-as` names and this machine has. */
  readonly users?: ReadonlyMap<string, RunAs>;
  /** Where the build waits until it may run, and for how many minutes at most. */
  readonly queue?: BuildQueue;
  readonly queuedTimeoutMinutes?: number;
  readonly timeoutMinutes: number;
  readonly outputs: readonly BuildOutput[];
  readonly cache?: BuildCache;
  /** `on-failure` is not followed with every compute. */
  readonly followsOnFailure?: boolean;
  /** Counts from 1: a phase with `on-failure: RETRY` fails for good when its retries are used up. */
  readonly attempt?: number;
  /** Calls back with a line for the log when the build asked for a host that it does not reach. @returns ends it */
  readonly onRefusal?: (tell: (line: string) => void) => () => void;
  readonly signal: AbortSignal;
}

/** An output artifact and the section of the buildspec that fills it. */
export interface BuildOutput {
  readonly name: string;
  readonly path: string;
  /** An id of `secondary-artifacts`; without one the top-level `artifacts`. */
  readonly section?: string;
}

/** How a build ended. */
export interface BuildResult {
  readonly status: BuildStatus;
  readonly failure?: Failure;
  /** The failed phase asks for another build. */
  readonly retry: boolean;
  readonly exportedVariables: Record<string, string>;
  /** Time of the commands themselves. */
  readonly commandSeconds: number;
  readonly logBytes: number;
}

/** What every event of a build carries. */
export type BuildEventKey = {
  executionId: string;
  stage: string;
  action: string;
  actionExecutionId: string;
  buildId: string;
};
