/** An artifact of a job: the archive's place in the pipeline's artifact store. */
export interface JobArtifact {
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
}

/** The artifacts of a job. */
export interface JobArtifacts {
  /** Archives that are there. */
  readonly inputs: readonly JobArtifact[];
  /** Archives that the function puts there. */
  readonly outputs: readonly JobArtifact[];
  /** The role whose temporary credentials the job holds for them. */
  readonly roleArn: string;
}

/** A job of CodePipeline for a Lambda function. */
export interface FunctionJob {
  readonly account: string;
  readonly region: string;
  /** The function's name or ARN. */
  readonly name: string;
  /** The action's configuration: FunctionName and UserParameters. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Undefined where it takes and gives none. */
  readonly artifacts?: JobArtifacts;
  readonly signal?: AbortSignal;
}

/** How a job ended: done, failed in the function's words, or not run on this machine. */
export type FunctionJobEnd =
  | { readonly outputVariables: Readonly<Record<string, string>> }
  | { readonly failure: string }
  | { readonly notRehearsed: string };
