import { SaiondoError } from '../../model/errors';
import type { DeployedResource } from '../ports/ledger';
import type { Provisioned, Provisioner, Provisioners } from '../ports/provisioner';
import type { DeploymentPermits } from '../ports/resource-permission';
import type { Emit } from '../../model/events';
import type { DiskLedger } from './ledger';
import type { StackAddress } from './stack-id';
import { withDynamicReferences, type DynamicReferenceSource } from './template/dynamic-references';

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

/**
 * Asks a provisioner for a resource, at its deployment and when it is brought back. The ledger keeps references to secrets; a provisioner gets values.
 * @param planned as it is to be
 * @param previous as it was
 * @throws SaiondoError `ValidationError` for a reference that cannot be read; what the provisioner throws
 */
export async function ensureResource(
  provisioner: Provisioner,
  at: StackAddress,
  planned: DeployedResource,
  previous: DeployedResource | undefined,
  { dynamicReferences, roleArn, signal }: Pick<DeploymentHost, 'dynamicReferences' | 'roleArn' | 'signal'>,
): Promise<Provisioned> {
  const { account, region, stackName } = at;
  const { logicalId, type, physicalId } = planned;
  return provisioner.ensure({
    account,
    region,
    stackName,
    logicalId,
    type,
    physicalId,
    properties: await secretsFilledIn(planned, at, dynamicReferences),
    ...(previous ? { previous } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(signal ? { signal } : {}),
  });
}

/** A resource's properties with the values of its dynamic references. @throws SaiondoError `ValidationError` */
export async function secretsFilledIn(
  { properties }: DeployedResource,
  { account, region }: StackAddress,
  read: DeploymentHost['dynamicReferences'],
): Promise<Readonly<Record<string, unknown>>> {
  if (!read) return properties;
  return (await withDynamicReferences(properties, (reference) =>
    read(account, region, reference).catch((cause: unknown) => {
      throw new SaiondoError(
        `Could not resolve the dynamic reference ${reference.text}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { code: 'ValidationError', cause },
      );
    }),
  )) as Record<string, unknown>;
}
