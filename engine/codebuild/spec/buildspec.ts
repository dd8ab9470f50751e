import { type Limit } from '../../../model/limit';
import type { Location } from '../../../model/errors';
import type { Batch } from './batch-spec';

/** One entry of a `commands` or `finally` list: one script. */
export interface Command {
  readonly text: string;
  readonly where: Location;
}

/** `on-failure` of a phase. */
export type OnFailure = { readonly where: Location } & (
  | { readonly action: 'ABORT' | 'CONTINUE' }
  /** Retries of the whole build, where the failure's message or output matches. */
  | { readonly action: 'RETRY'; readonly retries: number; readonly pattern: string }
);

/** The phases that a buildspec may have, in their order. */
export const BUILDSPEC_PHASES = ['install', 'pre_build', 'build', 'post_build'] as const;
/** One of {@link BUILDSPEC_PHASES}. */
export type BuildspecPhaseName = (typeof BUILDSPEC_PHASES)[number];

/** A runtime that the install phase asks for, e.g. `nodejs: 20`. */
export interface RuntimeVersion {
  readonly runtime: string;
  /** Exact, `N.x`, `latest`, or a text with variables that the shell expands. */
  readonly version: string;
  readonly where: Location;
}

/** One phase of a buildspec. */
export interface BuildspecPhase {
  readonly commands: readonly Command[];
  readonly finally: readonly Command[];
  readonly onFailure?: OnFailure;
  readonly runAs?: string;
  readonly runtimeVersions: readonly RuntimeVersion[];
}

/** What an `artifacts` section or one of its `secondary-artifacts` collects. Texts may hold variables that the shell expands. */
export interface ArtifactsSpec {
  readonly files: readonly string[];
  readonly name?: string;
  readonly discardPaths: boolean;
  readonly baseDirectory?: string;
  readonly excludePaths: readonly string[];
  readonly enableSymlinks: boolean;
}

/** One report group of a buildspec. */
export interface ReportSpec {
  readonly files: readonly string[];
  /** Upper case. */
  readonly format: string;
  readonly baseDirectory?: string;
  readonly where: Location;
}

/** What a `cache` section keeps. */
export interface CacheSpec {
  readonly paths: readonly { readonly pattern: string; readonly where: Location }[];
  readonly key?: string;
  readonly fallbackKeys: readonly string[];
  readonly action?: 'restore' | 'save';
}

/** A buildspec, checked (CodeBuild User Guide, "Build specification reference for CodeBuild"). */
export interface Buildspec {
  readonly version: '0.1' | '0.2';
  /** Not a text in quotes: a batch build takes nothing else. */
  readonly versionIsNumber: boolean;
  /** `env.shell`; without one the image's own. */
  readonly shell?: 'bash' | 'sh';
  readonly runAs?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly parameterStore: Readonly<Record<string, string>>;
  readonly secretsManager: Readonly<Record<string, string>>;
  readonly exportedVariables: readonly string[];
  /** Where each variable of `env` stands. */
  readonly variablePlaces: Readonly<Record<string, Location>>;
  readonly phases: Readonly<Partial<Record<BuildspecPhaseName, BuildspecPhase>>>;
  readonly artifacts?: ArtifactsSpec;
  readonly secondaryArtifacts: Readonly<Record<string, ArtifactsSpec>>;
  readonly reports: Readonly<Record<string, ReportSpec>>;
  readonly cache?: CacheSpec;
  readonly batch?: Batch;
  /** Why its `batch` cannot be read: the reason of a batch build, nothing to a single one. */
  readonly batchRefusal?: { readonly message: string; readonly where?: Location };
  /** What CodeBuild writes into the build's log of keys that it does not know. */
  readonly syntaxWarning?: string;
  /** Keys that are right and that a rehearsal follows otherwise, each with its place: said before the build starts. */
  readonly limits: readonly Limit[];
  /** Keys that are right and without which the build would be another one: it is not rehearsed. */
  readonly unsupported: readonly Limit[];
}
