import type { Location } from './errors';

/** Something of a buildspec or a project that a rehearsal does otherwise than CodeBuild, or not at all. */
export interface Limit {
  readonly where: Location;
  readonly text: string;
}
