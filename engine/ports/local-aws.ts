import type { BuildQueue, BuildStops } from './build-queue';
import type { FunctionJob, FunctionJobEnd } from './function-job';
import type { Isolation } from './isolation';
import type { NetworkRefusal } from './network';
import type { AwsCredentials } from './principal';
import type { RunSecrets } from './run-secrets';

/** Variables for builds that a person gave with `--env-file` and `--secret-file`. */
export interface GivenVariables {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The gateway as the engine itself asks it: an address, and credentials of its own in each account. */
export interface LocalEndpoint {
  /** `http://127.0.0.1:port`, answers AWS's protocols (CloudFormation from the ledger; the rest through the local AWS endpoint). */
  readonly endpointUrl: string;
  /** The engine's own credentials in an account: they may do everything, so no foreign code is given them. */
  credentials(account: string): AwsCredentials;
}

/** Foreign code that is given an environment: a build, or a function that is called. */
export interface Actor {
  readonly kind: 'build' | 'function';
  /** The build's id, or one of the call's own. Its credentials hold until {@link LocalAws.end} is told it. */
  readonly id: string;
  /** The role whose permissions it has. */
  readonly roleArn: string;
}

/** A folder on PATH, an address and credentials: what a build or a provider needs to reach this machine's stand-in for AWS. */
export interface LocalAws extends LocalEndpoint {
  /** Host and port (`127.0.0.1:port`) of the local image registry, if a container engine answers. */
  readonly registry?: string;
  /** Whether a container engine (Docker or Podman) answers. */
  readonly containers: boolean;
  /**
   * The environment of a process that acts in an account and region: credentials of the actor's own (good for the local endpoint only),
   * `AWS_ENDPOINT_URL`, `AWS_REGION`, and PATH with the rehearsal's own tools (aws, docker with ECR hosts rewritten, yarn …) first.
   */
  environment(account: string, region: string, actor: Actor): Record<string, string>;
  /** Ends the credentials of an actor, and those of the roles that it assumed. */
  end(actor: string): void;
  /** How foreign code is started: builds, functions of templates. */
  readonly isolation: Isolation;
  /** Bounds how many builds run at once; without it all that CodePipeline starts do. */
  readonly builds?: BuildQueue;
  /** Told of the builds that run, so that one can be stopped. */
  readonly stops?: BuildStops;
  /** What a person gave for builds, by name; the values of secrets are masked in logs. */
  readonly given?: GivenVariables;
  /** Files and folders that builds see, next to those of the isolation. */
  readonly sees?: readonly string[];
  /** The resource that is only recorded, that a build asked for and did not find. @param output the last lines of its failed command */
  recordedBehind?(buildId: string, output: readonly string[]): string | undefined;
  /** Runs CodePipeline's job for a function of a stack. @returns undefined where no stack has the function */
  runJob?(job: FunctionJob): Promise<FunctionJobEnd | undefined>;
  /** Calls back for each connection that a build asked for and that was not made. @returns ends it */
  onRefusal?(listener: (refusal: NetworkRefusal) => void): () => void;
  /** Tools that actions may need, by command name: where it is, or undefined where this machine has none. */
  tool(name: string): string | undefined;
  /** The secrets of the run: what is looked up here is added to them. */
  readonly secrets?: RunSecrets;
  /** Value of a secret, in the forms of CodeBuild's `secrets-manager` (`id[:json-key[:stage[:version]]]`). Throws SaiondoError `SECRET_MISSING`. */
  secret(account: string, region: string, reference: string): Promise<string>;
  /** Value of an SSM parameter. Throws SaiondoError `PARAMETER_MISSING`. */
  parameter(account: string, region: string, name: string): Promise<string>;
}
