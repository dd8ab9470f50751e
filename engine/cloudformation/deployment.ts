import type { Emit } from '../../model/events';
import type { DeployedResource, DeployedStack } from '../ledger';
import { addressOf, GENERATION, resolutionContext, stackIdOf, type ChangeSet } from './change-set';
import { generatedAttribute, physicalIdOf } from './identity';
import { conditionHolds, resolve } from './intrinsics';
import type { DiskLedger } from './ledger';
import type { Provisioners } from './provisioner';
import { attributesOf } from './resource-schema';

/** What a deployment reports to, and what it works with. */
export interface DeploymentHost {
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly emit: Emit;
  /** The name that events carry: the stack's environment, e.g. the stage. */
  readonly environment: string;
  readonly signal?: AbortSignal;
}

/** How a deployment ended. `reason` is of the first resource that failed. */
export type DeploymentResult =
  | { readonly status: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE'; readonly stack: DeployedStack }
  | {
      readonly status: 'ROLLBACK_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE' | 'UPDATE_ROLLBACK_FAILED';
      readonly logicalId: string;
      readonly reason: string;
    };

/**
 * Executes a change set: creates, updates and replaces in dependency order, then removes what is no longer there. When a resource fails,
 * everything that was touched is put back as it was (CloudFormation User Guide, "Stack failure options": roll back all).
 */
export async function deploy(changeSet: ChangeSet, host: DeploymentHost): Promise<DeploymentResult> {
  const { account, region, stackName, template } = changeSet;
  const { ledger, provisioners, emit, environment } = host;
  const previous = ledger.get(account, region, stackName);
  const verb = previous ? 'UPDATE' : 'CREATE';
  const resources: Record<string, DeployedResource> = {};
  const touched: { now: DeployedResource; before?: DeployedResource }[] = [];
  const say = (
    resource: { logicalId: string; type: string; physicalId?: string },
    status: string,
    more: { reason?: string; detail?: string } = {},
  ): void => {
    const { logicalId, type, physicalId } = resource;
    emit({
      kind: 'resource.status',
      environment,
      stackName,
      logicalId,
      type,
      status,
      ...(physicalId ? { physicalId } : {}),
      ...more,
    });
  };
  const context = resolutionContext(changeSet, ledger, {
    refOf: (id) => resources[id]?.physicalId,
    attributeOf: (id, attribute) => {
      const resource = resources[id];
      if (!resource) return undefined;
      return (
        resource.attributes[attribute] ??
        generatedAttribute(
          addressOf(changeSet, id, changeSet.generations[id] ?? 1),
          resource.properties,
          resource.physicalId,
          attribute,
        )
      );
    },
  });
  emit({ kind: 'stack.status', environment, stackName, status: `${verb}_IN_PROGRESS` });

  for (const logicalId of changeSet.order) {
    const type = template.Resources[logicalId]?.Type ?? '';
    const before = previous?.resources[logicalId];
    const change = changeSet.changes.find((one) => one.logicalId === logicalId);
    let current: { logicalId: string; type: string; physicalId?: string } = { logicalId, type };
    try {
      const properties = (resolve(
        template.Resources[logicalId]?.Properties ?? {},
        context,
        `Resources.${logicalId}.Properties`,
      ) ?? {}) as Record<string, unknown>;
      const replaced = change?.replacement === 'True';
      const generation = changeSet.generations[logicalId] ?? 1;
      const physicalId =
        before && !replaced ? before.physicalId : physicalIdOf(addressOf(changeSet, logicalId, generation), properties);
      current = { logicalId, type, physicalId };
      if (before && !change) {
        resources[logicalId] = before;
        continue;
      }
      host.signal?.throwIfAborted();
      say(current, before ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
      const provisioner = provisioners.get(type);
      const request = { account, region, stackName, logicalId, type, physicalId, properties };
      const provisioned = await provisioner?.ensure({
        ...request,
        ...(before ? { previous: before } : {}),
        ...(host.signal ? { signal: host.signal } : {}),
      });
      const resource: DeployedResource = {
        logicalId,
        type,
        physicalId,
        properties,
        attributes: {
          ...allAttributes(changeSet, logicalId, properties, physicalId),
          ...provisioned?.attributes,
          [GENERATION]: generation,
        },
        standing: provisioned?.standing ?? 'recorded',
      };
      resources[logicalId] = resource;
      touched.push({ now: resource, ...(before ? { before } : {}) });
      say(
        resource,
        before ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE',
        provisioned?.detail ? { detail: provisioned.detail } : {},
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(current, before ? 'UPDATE_FAILED' : 'CREATE_FAILED', { reason });
      return rollBack(changeSet, host, previous, touched, logicalId, reason);
    }
  }
  const outputs: Record<string, { value: string; exportName?: string; description?: string }> = {};
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    if (output.Condition && !conditionHolds(output.Condition, context, `Outputs.${name}.Condition`)) continue;
    try {
      const exportName = output.Export
        ? String(resolve(output.Export.Name, context, `Outputs.${name}.Export`))
        : undefined;
      outputs[name] = {
        value: String(resolve(output.Value, context, `Outputs.${name}.Value`)),
        ...(exportName ? { exportName } : {}),
        ...(output.Description ? { description: output.Description } : {}),
      };
    } catch (error) {
      return rollBack(
        changeSet,
        host,
        previous,
        touched,
        `Outputs.${name}`,
        error instanceof Error ? error.message : String(error),
      );
    }
  }
  const stack: DeployedStack = {
    stackName,
    stackId: stackIdOf(changeSet),
    account,
    region,
    status: `${verb}_COMPLETE`,
    template: template as unknown as Record<string, unknown>,
    parameters: Object.fromEntries(Object.entries(changeSet.parameters).map(([name, value]) => [name, String(value)])),
    tags: changeSet.tags,
    outputs,
    resources,
    updatedAt: new Date().toISOString(),
  };
  ledger.put(stack);
  await removeOld(changeSet, host, previous, resources, say);
  emit({ kind: 'stack.status', environment, stackName, status: stack.status });
  return { status: `${verb}_COMPLETE`, stack };
}

/** Removes what the new template no longer has, and what was replaced, dependents first; a deletion policy of Retain keeps it. */
async function removeOld(
  changeSet: ChangeSet,
  host: DeploymentHost,
  previous: DeployedStack | undefined,
  resources: Readonly<Record<string, DeployedResource>>,
  say: (resource: DeployedResource, status: string, more?: { reason?: string }) => void,
): Promise<void> {
  const policies = (previous?.template.Resources ?? {}) as Record<
    string,
    { DeletionPolicy?: string; UpdateReplacePolicy?: string }
  >;
  for (const before of Object.values(previous?.resources ?? {}).reverse()) {
    const now = resources[before.logicalId];
    if (now?.physicalId === before.physicalId) continue;
    const policy = now ? policies[before.logicalId]?.UpdateReplacePolicy : policies[before.logicalId]?.DeletionPolicy;
    if (policy === 'Retain') {
      say(before, 'DELETE_SKIPPED');
      continue;
    }
    try {
      await host.provisioners.get(before.type)?.remove?.(before, changeSet.account, changeSet.region);
      say(before, 'DELETE_COMPLETE');
    } catch (error) {
      // As in CloudFormation: the update stands, what could not be removed is left behind and said.
      say(before, 'DELETE_FAILED', { reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

/** Puts back everything that the deployment touched; the ledger never saw the new state. */
async function rollBack(
  changeSet: ChangeSet,
  host: DeploymentHost,
  previous: DeployedStack | undefined,
  touched: readonly { now: DeployedResource; before?: DeployedResource }[],
  logicalId: string,
  reason: string,
): Promise<DeploymentResult> {
  const { emit, environment, provisioners } = host;
  const { account, region, stackName } = changeSet;
  emit({
    kind: 'stack.status',
    environment,
    stackName,
    status: previous ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS',
    reason: `${logicalId}: ${reason}`,
  });
  let failed = false;
  for (const { now, before } of [...touched].reverse()) {
    const provisioner = provisioners.get(now.type);
    try {
      if (!before || before.physicalId !== now.physicalId) await provisioner?.remove?.(now, account, region);
      if (before) {
        await provisioner?.ensure({
          account,
          region,
          stackName,
          logicalId: before.logicalId,
          type: before.type,
          physicalId: before.physicalId,
          properties: before.properties,
          previous: now,
        });
      }
    } catch (error) {
      failed = true;
      emit({
        kind: 'resource.status',
        environment,
        stackName,
        logicalId: now.logicalId,
        physicalId: now.physicalId,
        type: now.type,
        status: 'UPDATE_FAILED',
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  const status = !previous ? 'ROLLBACK_COMPLETE' : failed ? 'UPDATE_ROLLBACK_FAILED' : 'UPDATE_ROLLBACK_COMPLETE';
  emit({ kind: 'stack.status', environment, stackName, status, reason: `${logicalId}: ${reason}` });
  return { status, logicalId, reason };
}

/** Every published attribute of a resource, as far as it can be generated: the ledger shows them, exports and the API read them. */
function allAttributes(
  changeSet: ChangeSet,
  logicalId: string,
  properties: Record<string, unknown>,
  physicalId: string,
): Record<string, unknown> {
  const address = addressOf(changeSet, logicalId, changeSet.generations[logicalId] ?? 1);
  const values: Record<string, unknown> = {};
  for (const attribute of attributesOf(address.type) ?? []) {
    if (!/^(Arn|.*Arn|Id|.*Id|Name)$/.test(attribute) || attribute.includes('.')) continue;
    values[attribute] = generatedAttribute(address, properties, physicalId, attribute);
  }
  return values;
}
