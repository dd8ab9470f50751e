import type { DeployedResource } from './ledger';

/** A resource that something on this machine is to stand in for. */
export interface ProvisionRequest {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  /** With every dynamic reference resolved, where the deployment can read them. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The resource as it was, for an update or a replacement. */
  readonly previous?: DeployedResource;
  /** The role that CloudFormation deploys the stack with: a nested stack is deployed with it. */
  readonly roleArn?: string;
  readonly signal?: AbortSignal;
}

/** What stands there now. */
export interface Provisioned {
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** What `Ref` gives, where only making the resource shows it: a custom resource's PhysicalResourceId. */
  readonly physicalId?: string;
  /** `recorded` where this machine has nothing in its place (no container engine). */
  readonly standing: 'real' | 'recorded';
  /** Why it is only recorded though its effect matters. */
  readonly notRehearsed?: string;
  /** The tool that this machine lacks for it, where that is why. */
  readonly missing?: string;
  /** For a person: `127.0.0.1:54321, ready in 1.2 s`. */
  readonly detail?: string;
}

/** A resource with what stands in for it now; what an earlier answer said of it no longer counts. */
export function provisioned(resource: DeployedResource, made: Provisioned): DeployedResource {
  const { logicalId, type, physicalId, properties, attributes, generation, references } = resource;
  return {
    logicalId,
    type,
    physicalId: made.physicalId ?? physicalId,
    properties,
    attributes: { ...attributes, ...made.attributes },
    standing: made.standing,
    ...(generation === undefined ? {} : { generation }),
    ...(references ? { references } : {}),
    ...(made.notRehearsed ? { notRehearsed: made.notRehearsed } : {}),
    ...(made.missing ? { missing: made.missing } : {}),
  };
}

/** Stands in for one type of resource on this machine. `ensure` is idempotent: it creates, updates and brings back after a restart. */
export interface Provisioner {
  /** @throws SaiondoError when the resource cannot be had: the deployment then fails and rolls back. */
  ensure(request: ProvisionRequest): Promise<Provisioned>;
  /** Removes it; what is not there counts as removed. @param roleArn as in {@link ProvisionRequest} @throws where it must not go: a bucket that is not empty */
  remove?(
    resource: DeployedResource,
    account: string,
    region: string,
    stackName: string,
    roleArn?: string,
  ): Promise<void>;
}

/** Provisioners by resource type. A type without one is recorded. */
export type Provisioners = ReadonlyMap<string, Provisioner>;

/** What stands in for a type; a custom resource of any name is one of AWS::CloudFormation::CustomResource. */
export function provisionerOf(provisioners: Provisioners, type: string): Provisioner | undefined {
  const custom = type.startsWith('Custom::') ? provisioners.get('AWS::CloudFormation::CustomResource') : undefined;
  return provisioners.get(type) ?? custom;
}
