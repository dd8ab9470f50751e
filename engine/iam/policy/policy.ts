/** What a policy document is attached to. Each kind takes other elements (IAM User Guide, "IAM JSON policy elements reference"). */
export type DocumentKind = 'identity' | 'trust' | 'resource';

/** `*`, or principals by their type (IAM User Guide, "AWS JSON policy elements: Principal"). */
export type PrincipalElement = '*' | Readonly<Record<PrincipalType, readonly string[]>>;

/** The four types of principals that a policy can name. */
export type PrincipalType = 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';

/** One line of a `Condition` block: an operator, a key and its values, as written. */
export interface Condition {
  /** `ForAllValues:StringLikeIfExists`, as written. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement of a policy in one shape: lists are lists, elements that are missing are missing. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly sid?: string;
  /** Its place in `Statement`, from 0. */
  readonly index: number;
  readonly action?: readonly string[];
  readonly notAction?: readonly string[];
  readonly resource?: readonly string[];
  readonly notResource?: readonly string[];
  readonly principal?: PrincipalElement;
  readonly notPrincipal?: PrincipalElement;
  readonly conditions: readonly Condition[];
}

/** A policy document that IAM would take. */
export interface Policy {
  /** Variables count in 2012-10-17 alone; a document without a version is 2008-10-17. */
  readonly version: '2008-10-17' | '2012-10-17';
  readonly statements: readonly Statement[];
}

/** A statement as people name it: its Sid, else its number from 1. */
export function statementName(statement: Statement): string {
  return statement.sid ? `statement "${statement.sid}"` : `statement ${statement.index + 1}`;
}
