/** What kind of caller credentials were made for. */
export type CallerKind = 'build' | 'function' | 'container' | 'engine' | 'person';

/** Who sends a request: the caller that the credentials of its signature were made for. */
export interface Principal {
  readonly kind: CallerKind;
  /** Its account; `000000000000` of a person who named none: that one sees every account. */
  readonly account: string;
  /** As IAM names it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, `arn:aws:iam::ACCOUNT:user/NAME`. */
  readonly arn: string;
  /** As GetCallerIdentity gives it: `AROA…:SESSION`, `AIDA…`. */
  readonly userId: string;
  /** The role whose permissions hold. A person and the engine have none: they may do everything. */
  readonly roleArn?: string;
  /** The build or the call of a function that it belongs to, also by way of assumed roles: its credentials end with that. */
  readonly actor?: string;
  /** What its session was given when the role was assumed: policies (JSON texts, ARNs of managed ones), which limit what the role may, and tags. */
  readonly session?: {
    readonly policies?: readonly string[];
    readonly policyArns?: readonly string[];
    readonly tags?: Readonly<Record<string, string>>;
  };
  /** Who assumed this role. */
  readonly source?: Principal;
}

/** Credentials as AWS's clients take them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}
