/** A repository on this machine that stands in for one on GitHub. */
export interface SourceRepository {
  /** A git repository, or a folder inside one. */
  readonly path: string;
  /** A commit, branch or tag; default HEAD. */
  readonly commit?: string;
  /** Take the uncommitted changes too. */
  readonly uncommitted?: boolean;
}

/** Repositories by `OWNER/REPO`, by the name of a CodeCommit repository, or by `BUCKET/KEY` of an S3 source. */
export type SourceRepositories = ReadonlyMap<string, SourceRepository>;
