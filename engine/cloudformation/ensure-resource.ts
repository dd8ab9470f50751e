import { SaiondoError } from '../../model/errors';
import type { DeployedResource } from '../ports/ledger';
import type { Provisioned, Provisioner } from '../ports/provisioner';
import type { DeploymentHost } from './provisioner';
import type { StackAddress } from './stack-id';
import { withDynamicReferences } from './template/dynamic-references';

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
  { dynamicReferences, signal }: Pick<DeploymentHost, 'dynamicReferences' | 'signal'>,
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
