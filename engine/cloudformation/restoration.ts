import { SaiondoError } from '../../model/errors';
import type { Emit } from '../../model/events';
import type { DiskLedger } from './ledger';
import { ensureResource } from './ensure-resource';
import type { DynamicReferenceSource } from './template/dynamic-references';
import { provisioned, type Provisioners } from '../ports/provisioner';
import type { DeployedResource, DeployedStack } from '../ports/ledger';

/** What deployed resources are brought back with. */
export interface RestoreDependencies {
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly dynamicReferences: DynamicReferenceSource;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
}

/** Resources that their stack's next deployment makes again: a service whose container does not start may be fixed by what is rehearsed now. */
const DEPLOYMENT_MENDS = new Set(['AWS::ECS::Service']);

/**
 * Brings back what is deployed and stands on this machine: databases, buckets, load balancers, services.
 * @throws SaiondoError `NOT_BROUGHT_BACK` naming each that could not be: a run without a database that is deployed would rehearse another machine
 */
export async function restoreResources(dependencies: RestoreDependencies): Promise<void> {
  const { ledger, emit, signal } = dependencies;
  const failed: string[] = [];
  for (const stack of ledger.list()) {
    const changed: Record<string, DeployedResource> = {};
    for (const resource of Object.values(stack.resources)) {
      // What was never made is not brought back: its stack's next deployment makes it.
      if (resource.missing) continue;
      try {
        const restored = await restore(stack, resource, dependencies);
        if (restored) changed[resource.logicalId] = restored;
      } catch (error) {
        signal?.throwIfAborted();
        const why = error instanceof Error ? error.message : String(error);
        const next = error instanceof SaiondoError && error.next ? ` (${error.next})` : '';
        const text = `${stack.stackName}/${resource.logicalId} could not be brought back: ${why}${next}`;
        if (DEPLOYMENT_MENDS.has(resource.type)) {
          changed[resource.logicalId] = { ...resource, broken: why };
          emit({ kind: 'message', level: 'warning', text: `${text}. Its stack’s next deployment makes it again` });
        } else failed.push(text);
      }
    }
    ledger.put({ ...stack, resources: { ...stack.resources, ...changed } });
  }
  if (failed.length > 0)
    throw new SaiondoError(failed.join('\n'), {
      code: 'NOT_BROUGHT_BACK',
      next: 'nothing was run, and nothing of it is lost. Fix what is named; or delete .saiondo/state to begin anew, with empty databases',
    });
}

/** What was deployed, could not be brought back and no deployment has made again since. */
export function brokenResources(ledger: DiskLedger): string[] {
  return ledger
    .list()
    .flatMap((stack) =>
      Object.values(stack.resources).flatMap((one) =>
        one.broken ? [`${stack.stackName}/${one.logicalId}: ${one.broken}`] : [],
      ),
    );
}

/** Resources whose secrets nothing reads here: a pipeline's source has a repository on this machine instead of the token that its action names. */
const READS_NO_SECRET = new Set(['AWS::CodePipeline::Pipeline']);

/**
 * The resource as it stands now; undefined where nothing stands in for its type. A custom resource of a type that only its stack knows is not
 * asked for again: what its function answered is in the ledger.
 */
async function restore(
  stack: DeployedStack,
  resource: DeployedResource,
  { provisioners, dynamicReferences, signal }: RestoreDependencies,
): Promise<DeployedResource | undefined> {
  const provisioner = provisioners.get(resource.type);
  if (!provisioner) return undefined;
  signal?.throwIfAborted();
  const made = await ensureResource(provisioner, stack, resource, resource, {
    ...(READS_NO_SECRET.has(resource.type) ? {} : { dynamicReferences }),
    ...(signal ? { signal } : {}),
  });
  return provisioned(resource, made);
}
