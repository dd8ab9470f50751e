import type { DeployedResource } from '../ledger';

/** A resource that something on this machine is to stand for. */
export interface ProvisionRequest {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The resource as it was, for an update or a replacement. */
  readonly previous?: DeployedResource;
  readonly signal?: AbortSignal;
}

/** What stands there now. */
export interface Provisioned {
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** `recorded` where this machine cannot stand for it (no container engine). */
  readonly standing: 'real' | 'recorded';
  /** For a person: `127.0.0.1:54321, ready in 1.2 s`. */
  readonly detail?: string;
}

/** Stands for one type of resource on this machine. `ensure` is idempotent: it creates, updates and brings back after a restart. */
export interface Provisioner {
  /** @throws SaiondoError when the resource cannot be had: the deployment then fails and rolls back. */
  ensure(request: ProvisionRequest): Promise<Provisioned>;
  remove?(resource: DeployedResource, account: string, region: string): Promise<void>;
}

/** Provisioners by resource type. A type without one is recorded. */
export type Provisioners = ReadonlyMap<string, Provisioner>;
