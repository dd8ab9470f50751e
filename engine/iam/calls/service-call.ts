/** A call that a service makes for a pipeline, before it is known whether it may. */
export interface ServiceCall {
  /** The role's ARN, or a service's name (`codebuild.amazonaws.com`). */
  readonly by: string;
  /** `s3:GetObject`. */
  readonly action: string;
  readonly resource: string;
  /** Keys of the request beyond those that every request has. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Keys of which only the beginning is known, with the reason. */
  readonly begins?: Readonly<Record<string, { readonly begins: string; readonly why: string }>>;
  /** The session that makes the call, where it is known. */
  readonly session?: CallerSession;
  /** Of a call of a key: the ARN of what it encrypts. */
  readonly content?: string;
  /** The policy that the resource is given while it is made: nothing that is deployed has it yet. */
  readonly givenPolicy?: unknown;
  /** What it is for, as part of a sentence: `to read the artifact Source`. */
  readonly why: string;
  /** AWS's page that says that the call is made. */
  readonly source: string;
  /** Whether who calls may be in a network of the app; undefined: where its role is that of something that is. */
  readonly inNetwork?: boolean;
  /** A call that AWS makes in some cases, or where another permission would do: it warns when it is denied. */
  readonly optional?: string;
  /** AWS makes it later than what is rehearsed, a delivery or a log: where it is denied, nothing here fails. */
  readonly later?: true;
}

/** A role's session: what it was given when the role was assumed. */
export interface CallerSession {
  readonly name: string;
  /** Its session policies, as they were given: nothing is allowed that they do not allow. */
  readonly policies?: readonly string[];
  /** The ARNs of managed policies that it was given so. */
  readonly policyArns?: readonly string[];
  /** The tags that it was given so. */
  readonly tags?: Readonly<Record<string, string>>;
}
