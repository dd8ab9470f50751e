import { type Provisioners } from '../ports/provisioner';
import type { DeploymentPermits } from '../ports/resource-permission';
import type { Emit } from '../../model/events';
import type { DynamicReferenceSource } from './template/dynamic-references';
import type { DiskLedger } from './ledger';

/** What a deployment reports to, and what it works with. */
export interface DeploymentHost {
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly emit: Emit;
  /** The name that events carry: the stack's environment, e.g. the stage. */
  readonly environment: string;
  readonly signal?: AbortSignal;
  /** The role that CloudFormation deploys with: the stack's, else that of who asked. */
  readonly roleArn?: string;
  /** Whether the stack's role, and AWS's services, may do what the deployment needs; nobody is asked where there are none. */
  readonly permits?: DeploymentPermits;
  /** Reads dynamic references when a resource is made; without it they stay texts. */
  readonly dynamicReferences?: DynamicReferenceSource;
}
