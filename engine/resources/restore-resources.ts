import type { Emit } from '../../model/events';
import type { DiskLedger } from '../cloudformation/ledger';
import { provisioned, type Provisioners } from '../ports/provisioner';
import type { DeployedResource, DeployedStack } from '../ports/ledger';

/**
 * Brings back what is deployed and stands on this machine: databases, buckets, load balancers, services. What cannot be brought back is told; its
 * stack's next deployment, or whoever calls it, meets what there is.
 */
export async function restoreResources(ledger: DiskLedger, provisioners: Provisioners, emit: Emit): Promise<void> {
  for (const stack of ledger.list()) {
    const changed: Record<string, DeployedResource> = {};
    for (const resource of Object.values(stack.resources)) {
      // What was never made is not brought back: its stack's next deployment makes it.
      if (resource.missing) continue;
      try {
        const restored = await restore(stack, resource, provisioners);
        if (restored) changed[resource.logicalId] = restored;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        emit({
          kind: 'message',
          level: 'warning',
          text: `${stack.stackName}/${resource.logicalId} could not be brought back: ${why}`,
        });
      }
    }
    ledger.put({ ...stack, resources: { ...stack.resources, ...changed } });
  }
}

/** The resource as it stands now; undefined where nothing stands for its type. */
async function restore(
  { account, region, stackName }: DeployedStack,
  resource: DeployedResource,
  provisioners: Provisioners,
): Promise<DeployedResource | undefined> {
  const { logicalId, type, physicalId, properties } = resource;
  const provisioner = provisioners.get(type);
  if (!provisioner) return undefined;
  const made = await provisioner.ensure({
    account,
    region,
    stackName,
    logicalId,
    type,
    physicalId,
    properties,
    previous: resource,
  });
  return provisioned(resource, made);
}
