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
  /** The stack's action, for people: `Deploy/Prepare`. */
  readonly environment: string;
}

/**
 * Asks whether a stack's role may do what CloudFormation does to a resource. @returns what CloudFormation says where it may not; undefined: it may, or
 * nobody here knows
 */
export type PermitResource = (role: string | undefined, resource: ResourceToPermit) => Promise<string | undefined>;
