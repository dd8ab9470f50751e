import type { Location } from '../../model/errors';

/** One thing that the pipeline asks of a repository, and what was found instead. */
export interface CheckFinding {
  /** The assumption’s name: `api.health`. */
  readonly what: string;
  /** `stops`: a run ends there; `warning`: it may; `note`: what was decided. */
  readonly level: 'stops' | 'warning' | 'note';
  readonly where: Location;
  readonly found: string;
  readonly needed: string;
  /** What to write or type. */
  readonly fix: string;
  /** The keys of `saiondo.yaml` that end it, where they are known: by dotted path. `saiondo init` writes them. */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** A check of one component: everything that it finds. */
export type Found = readonly CheckFinding[];
