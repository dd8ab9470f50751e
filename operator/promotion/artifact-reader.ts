/** The files of an execution's artifacts. */
export interface ArtifactReader {
  /**
   * @returns the artifact's files that the pattern matches, by path; undefined where the artifact is not there (any more)
   * @throws where it is there and may not be read
   */
  readonly read: (
    location: ArtifactLocation,
    wanted: (path: string) => boolean,
  ) => Promise<Map<string, string> | undefined>;
}

/** An output artifact of an action execution. */
export interface ArtifactLocation {
  readonly executionId: string;
  readonly name: string;
  /** On AWS (CodePipeline API Reference, S3Location). */
  readonly bucket?: string;
  readonly key?: string;
}
