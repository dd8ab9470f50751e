/** Where a resource is, for its physical id and attributes. */
export interface ResourceAddress {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** Counts the replacements: a replaced resource gets another id, as in CloudFormation. */
  readonly generation: number;
}

/** A resource's resolved properties. */
export type Properties = Readonly<Record<string, unknown>>;
