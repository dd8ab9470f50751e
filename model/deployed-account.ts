/** A document that somebody could read, or why not. */
export type Read<Value> = { readonly value: Value } | { readonly unread: string };

/** A role of AWS with everything that decides what it may, documents as JSON texts. */
export interface DeployedRole {
  readonly arn: string;
  readonly trust: string;
  readonly inline: readonly { readonly name: string; readonly document: string }[];
  readonly managed: readonly { readonly arn: string; readonly document: string }[];
  readonly boundary?: { readonly arn: string; readonly document: string };
  readonly tags: Readonly<Record<string, string>>;
}

/** What is deployed on AWS around a pipeline, as far as its reader may look. */
export interface DeployedAccount {
  readonly account: string;
  readonly region: string;
  /** As GetPipeline gives it. */
  readonly pipeline: Readonly<Record<string, unknown>>;
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Read<DeployedRole>>;
  /** Policies of buckets by name; an empty text where there is none. */
  readonly buckets: ReadonlyMap<string, Read<string>>;
  /** Policies of keys by ARN. */
  readonly keys: ReadonlyMap<string, Read<string>>;
  /** Why the projects of an account and region could not be read, by `ACCOUNT/REGION`. */
  readonly unreadProjects: ReadonlyMap<string, string>;
  /** Projects as BatchGetProjects gives them, with the place that they are in. */
  readonly projects: readonly {
    readonly account: string;
    readonly region: string;
    readonly project: Readonly<Record<string, unknown>>;
  }[];
}

/** A call that the pipeline will make, judged. */
export interface JudgedDeployedCall {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly why: string;
  readonly result: 'allowed' | 'denied' | 'not known' | 'warning';
  /** AWS's sentence, or the reasons. */
  readonly text: string;
  /** What to add, and where. */
  readonly remedy?: string;
}
