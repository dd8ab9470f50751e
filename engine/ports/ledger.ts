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
  /** Why it is only recorded though its effect matters: a custom resource that nothing here answers. */
  readonly notRehearsed?: string;
  /** The tool that this machine lacks for it, where that is why. */
  readonly missing?: string;
  /** Why it does not stand on this machine though it is deployed: its stack's next deployment makes it again. */
  readonly broken?: string;
  /** What its dynamic references without a version named when it was made: the hash of each value, by the reference's text. */
  readonly references?: Readonly<Record<string, string>>;
  /** Which replacement of its logical id it is, from 1: a replaced resource has another physical id. */
  readonly generation?: number;
}

/** A resource with the stack that it belongs to. */
export type ResourceOfStack = DeployedResource & { readonly stack: DeployedStack };

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
  readonly createdAt?: string;
  /** Counts the deployments, failed ones too: a change set that was made for an earlier revision is obsolete. */
  readonly revision?: number;
  /** The change set that was executed last, and what it came to: one that is executed again answers the same. */
  readonly lastChangeSet?: { readonly id: string; readonly logicalId?: string; readonly reason?: string };
  /** What a failed deployment left as it was, where it was asked not to roll back: what RollbackStack puts back. */
  readonly paused?: PausedDeployment;
  /** What the last deployment replaced or dropped and has not removed yet. */
  readonly obsolete?: readonly ObsoleteResource[];
  /**
   * Parameters as they were given, or their defaults: of a parameter that is read from the parameter store its name there, where `parameters` has
   * its value.
   */
  readonly given?: Readonly<Record<string, string>>;
  /** Names of the exports that its template imports. */
  readonly imports?: readonly string[];
  readonly stackPolicy?: Readonly<Record<string, unknown>>;
  readonly terminationProtection?: boolean;
  /** The parent's id, of a nested stack. */
  readonly parentId?: string;
}

/** A deployment that failed and was not rolled back. */
export interface PausedDeployment {
  /** Each resource that it made or changed, in that order, as it is and as it was. */
  readonly touched: readonly {
    readonly now: DeployedResource;
    readonly before?: DeployedResource;
    readonly done: boolean;
  }[];
  /** The stack as it was before; none where it was being created. */
  readonly stable?: DeployedStack;
}

/** A resource that is to be removed after an update, with the policy that decides how. */
export interface ObsoleteResource {
  readonly resource: DeployedResource;
  readonly policy: string;
}

/** What has been deployed on this machine, by account and region: CloudFormation's memory. Reads are synchronous and current. */
export interface StackLedger {
  get(account: string, region: string, stackName: string): DeployedStack | undefined;
  list(): readonly DeployedStack[];
  /** Every resource of a type in an account and region, e.g. `AWS::CodeBuild::Project`. */
  resources(type: string, account?: string, region?: string): readonly ResourceOfStack[];
}
