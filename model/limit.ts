import type { Location } from './errors';

/** Something of a buildspec or a project that a rehearsal does otherwise than CodeBuild, or not at all. */
export interface Limit {
  readonly where: Location;
  readonly text: string;
  /** AWS lets it pass and nobody can have meant it: a warning, and an error with `--strict`. */
  readonly finding?: true;
}
