import type { DeployedStack } from './ledger';

/** A resource that CloudFormation is about to make, change or delete. */
export interface ResourceToPermit {
  readonly type: string;
  readonly operation: 'create' | 'update' | 'delete';
  readonly logicalId: string;
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What it has now, of an update. */
  readonly previous?: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  /** The stack's own tags, which CloudFormation gives to each resource that takes tags. */
  readonly stackTags?: Readonly<Record<string, string>>;
  /** The stack's action, for people: `Deploy/Prepare`. */
  readonly environment: string;
}

/**
 * Asks whether a stack's role may do what CloudFormation does to a resource. @returns what CloudFormation says where it may not; undefined: it may, or
 * nobody here knows
 */
export type PermitResource = (role: string | undefined, resource: ResourceToPermit) => Promise<string | undefined>;

/** A stack whose resources are all made, before it is complete. */
export interface StackToPermit {
  readonly stack: DeployedStack;
  /** The resources that this deployment made or changed, by logical id: AWS tries those. */
  readonly changed: ReadonlySet<string>;
  /** The stack's action, for people: `Deploy/Prepare`. */
  readonly environment: string;
}

/**
 * Asks whether AWS's services may do what the resources of a stack need of them before the stack is complete: the tasks of its services start, its keys
 * encrypt. @returns the first resource that fails, and how CloudFormation says it; undefined: none does, or nobody here knows
 */
export type PermitStack = (
  role: string | undefined,
  stack: StackToPermit,
) => { readonly logicalId: string; readonly reason: string } | undefined;

/** Who is asked before CloudFormation does something. */
export interface DeploymentPermits {
  readonly resource: PermitResource;
  readonly stack: PermitStack;
}
