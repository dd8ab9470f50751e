import type { DeployedResource } from '../ports/ledger';
import { type DeploymentHost } from './ensure-resource';
import { provisionerOf } from '../ports/provisioner';
import type { Touched } from './journal';
import { ResourceMaker } from './resource-maker';
import type { DeploymentRequest } from './stack';

/** What undoing came to: what could not be put back, and the resources that stand again, with what they answer now. */
export interface Undone {
  readonly failed: boolean;
  readonly restored: Readonly<Record<string, DeployedResource>>;
}

/**
 * Puts back everything that a deployment touched, last first: what it made goes, what it changed becomes what it was. A new resource under the
 * deletion policy Retain stays, as in CloudFormation; RetainExceptOnCreate lets it go.
 */
export async function undo(
  request: DeploymentRequest,
  host: DeploymentHost,
  touched: readonly Touched[],
): Promise<Undone> {
  // A stopped run still puts back what it started to put back.
  const { ledger, provisioners, emit, environment, dynamicReferences } = host;
  const maker = new ResourceMaker(request, {
    ledger,
    provisioners,
    emit,
    environment,
    ...(dynamicReferences ? { dynamicReferences } : {}),
  });
  const restored: Record<string, DeployedResource> = {};
  let failed = false;
  for (const { now, before } of [...touched].reverse()) {
    try {
      const remove = async (): Promise<void> =>
        provisionerOf(provisioners, now.type)?.remove?.(now, request.account, request.region, request.stackName);
      if (before) {
        maker.say(before, 'UPDATE_IN_PROGRESS');
        // What was only recorded, for want of a tool, is a record again.
        if (before.missing !== undefined) await remove();
        restored[before.logicalId] = before.missing !== undefined ? before : (await maker.make(before, now)).resource;
        maker.say(before, 'UPDATE_COMPLETE');
      }
      if (before && before.physicalId === now.physicalId) continue;
      const kept = !before && request.template.Resources[now.logicalId]?.DeletionPolicy === 'Retain';
      if (!kept) await remove();
      maker.say(now, kept ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE');
    } catch (error) {
      failed = true;
      const reason = error instanceof Error ? error.message : String(error);
      maker.say(now, before ? 'UPDATE_FAILED' : 'DELETE_FAILED', { reason });
    }
  }
  return { failed, restored };
}
