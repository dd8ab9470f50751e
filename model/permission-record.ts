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

/** A statement of a role's own policies, as far as a call exercised it. */
export interface ExercisedStatement {
  /** The policy's name, as {@link GrantedStatement} has it. */
  readonly policy: string;
  /** Its place in `Statement`, from 0. */
  readonly index: number;
  /** The entries of its `Action` that cover the call, as written; of `NotAction` the one entry of {@link GrantedStatement}. */
  readonly actions: readonly string[];
}

/** An `Allow` statement of a role's own policies: what the role may by it. */
export interface GrantedStatement {
  /** The construct of an inline policy, the ARN of one of AWS. */
  readonly policy: string;
  readonly index: number;
  /** As people name it: its Sid, else its number from 1. */
  readonly statement: string;
  /** As written; a `NotAction` is one entry, `everything but …`. */
  readonly actions: readonly string[];
  /** As written; a `NotResource` is one entry. */
  readonly resources: readonly string[];
}

/** What a role may by its own policies: a line of `roles.jsonl` next to the run's events. The last line of a role counts. */
export interface RoleGrants {
  readonly role: string;
  readonly construct: string;
  readonly statements: readonly GrantedStatement[];
  /** Policies of the role that are not known here, each with its reason. */
  readonly unread: readonly string[];
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
  /** Statements of the role's own policies: those that allow the call; of one that is not known, those that name its action. */
  readonly exercised?: readonly ExercisedStatement[];
  readonly remedy?: PermissionRemedy;
  /** AWS makes the call later than what is rehearsed: nothing failed with it. */
  readonly later?: true;
}
