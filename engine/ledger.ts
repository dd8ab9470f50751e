/** A resource as the ledger remembers it after a deployment. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** Properties with every intrinsic resolved (dynamic references to secrets are kept as `{{resolve:…}}` text). */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What `Fn::GetAtt` gives, by attribute name (`Arn`, `Endpoint.Address`). */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** `real`: something runs or is stored on this machine for it; `recorded`: only the ledger knows it. */
  readonly standing: 'real' | 'recorded';
}

/** A stack as the ledger remembers it. */
export interface DeployedStack {
  readonly stackName: string;
  readonly stackId: string;
  readonly account: string;
  readonly region: string;
  readonly status: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly outputs: Readonly<
    Record<string, { readonly value: string; readonly exportName?: string; readonly description?: string }>
  >;
  readonly resources: Readonly<Record<string, DeployedResource>>;
  readonly updatedAt: string;
}

/** What has been deployed on this machine, by account and region: CloudFormation's memory. Reads are synchronous and current. */
export interface StackLedger {
  get(account: string, region: string, stackName: string): DeployedStack | undefined;
  list(): readonly DeployedStack[];
  /** Every resource of a type in an account and region, e.g. `AWS::CodeBuild::Project`. */
  resources(type: string, account?: string, region?: string): readonly (DeployedResource & { stack: DeployedStack })[];
}
