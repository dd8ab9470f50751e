import { SaiondoError } from '../../model/errors';
import type { DeployedResource, DeployedStack, ObsoleteResource } from '../ports/ledger';
import { type DeploymentHost } from './ensure-resource';
import { provisionerOf } from '../ports/provisioner';
import { saysOf } from './resource-maker';
import type { Template } from './template/template';

/**
 * What happens to a resource that goes (CloudFormation User Guide, "DeletionPolicy attribute", "UpdateReplacePolicy attribute"): the template's
 * policy, else a snapshot for RDS's clusters and for its instances outside of one, else it is deleted.
 * @param key which of the two policies decides
 */
export function removalPolicy(
  template: Template,
  resource: DeployedResource,
  key: 'DeletionPolicy' | 'UpdateReplacePolicy',
): string {
  const policy = template.Resources[resource.logicalId]?.[key];
  if (policy !== undefined) return policy;
  const { type, properties } = resource;
  const snapshot =
    key === 'DeletionPolicy' &&
    (type === 'AWS::RDS::DBCluster' ||
      (type === 'AWS::RDS::DBInstance' && properties.DBClusterIdentifier === undefined));
  return snapshot ? 'Snapshot' : 'Delete';
}

/** What an update replaced or dropped, dependents first, each with the policy of the template that made it. */
export function obsolescence(
  previous: DeployedStack | undefined,
  resources: Readonly<Record<string, DeployedResource>>,
): ObsoleteResource[] {
  const template = (previous?.template ?? { Resources: {} }) as unknown as Template;
  return Object.values(previous?.resources ?? {})
    .reverse()
    .flatMap((resource) => {
      const now = resources[resource.logicalId];
      if (now?.physicalId === resource.physicalId && now.type === resource.type) return [];
      const policy = removalPolicy(template, resource, now ? 'UpdateReplacePolicy' : 'DeletionPolicy');
      return [{ resource, policy }];
    });
}

/**
 * Removes a resource by its policy and says so.
 * @returns whether it is gone or kept by intent; false where removing it failed
 */
export async function removeResource(
  { resource, policy }: ObsoleteResource,
  stack: { readonly account: string; readonly region: string; readonly stackName: string },
  host: DeploymentHost,
): Promise<{ removed: true } | { removed: false; reason: string }> {
  const say = saysOf(stack, host);
  // What was made by an earlier operation is kept under RetainExceptOnCreate.
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') {
    say(resource, 'DELETE_SKIPPED');
    return { removed: true };
  }
  try {
    say(resource, 'DELETE_IN_PROGRESS');
    const { permits, roleArn, environment } = host;
    const denied = await permits?.resource(roleArn, { ...resource, ...stack, operation: 'delete', environment });
    if (denied !== undefined) throw new SaiondoError(denied, { code: 'AccessDenied' });
    await provisionerOf(host.provisioners, resource.type)?.remove?.(
      resource,
      stack.account,
      stack.region,
      stack.stackName,
      roleArn,
    );
    const detail = policy === 'Snapshot' ? 'AWS takes a snapshot first; here none is taken' : undefined;
    say(resource, 'DELETE_COMPLETE', detail ? { detail } : {});
    return { removed: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(resource, 'DELETE_FAILED', { reason });
    return { removed: false, reason };
  }
}

/**
 * Removes what the stack's last update left to remove. As in CloudFormation the update stands where a removal fails: the resource is left
 * behind, and said. @returns the stack without it, as the ledger has it now
 */
export async function removeObsolete(stack: DeployedStack, host: DeploymentHost): Promise<DeployedStack> {
  let current = stack;
  while (current.obsolete?.[0]) {
    const [next, ...rest] = current.obsolete;
    await removeResource(next, current, host);
    current =
      rest.length > 0
        ? { ...current, obsolete: rest }
        : { ...current, obsolete: [], status: current.status.replace('_CLEANUP_IN_PROGRESS', '') };
    host.ledger.put(current);
  }
  return current;
}
