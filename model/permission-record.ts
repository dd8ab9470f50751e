/** What to change so that a denied call is allowed. */
export interface PermissionRemedy {
  /** The construct to change: of the role, or of the resource whose policy lacks a statement. */
  readonly construct: string;
  /** Which policy lacks the statement, or holds the one that denies. */
  readonly policy: string;
  /** The statement to add; undefined where a statement has to go or to change. */
  readonly statement?: Readonly<Record<string, unknown>>;
  /** The same as CDK code. */
  readonly code?: string;
  /** All of it as a sentence. */
  readonly text: string;
}

/** A judged call as a run keeps it: a line of `permissions.jsonl` next to the run's events. */
export interface PermissionRecord {
  readonly stage: string;
  readonly pipelineAction: string;
  readonly role: string;
  /** The role's construct; the service's name where a service calls. */
  readonly construct: string;
  readonly action: string;
  readonly resource: string;
  /** The keys of the request beyond those that every request has. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The session that made the call, where it is known: its name, the policies and the ARNs of managed policies that limit it. */
  readonly session?: {
    readonly name: string;
    readonly policies?: readonly string[];
    readonly policyArns?: readonly string[];
  };
  readonly why: string;
  /** AWS's page that says that the call is made. */
  readonly source: string;
  readonly result: 'allowed' | 'denied' | 'not known' | 'warning';
  /** AWS's sentence, the reasons, or the statement that allows. */
  readonly text: string;
  readonly remedy?: PermissionRemedy;
  /** AWS makes the call later than what is rehearsed: nothing failed with it. */
  readonly later?: true;
}
