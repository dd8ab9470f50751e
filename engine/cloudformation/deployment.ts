// Longer than 300 lines: the steps of one deployment and of its rollback share its state, and are read in their order.
import { SaiondoError, type Location } from '../../model/errors';
import type { DeployedResource, DeployedStack } from '../ports/ledger';
import { changedProperties, propertiesOf, refuseUnusable, textsOf, type ChangeSet } from './change-set';
import { referenceValuesOf } from './template/reference-values';
import { resolveOutputs } from './exports';
import { generatedAttribute, physicalIdOf } from './identity';
import type { Journal } from './journal';
import { givenTexts } from './template/parameters';
import { obsolescence, removeObsolete } from './removal';
import type { DeploymentHost } from './ensure-resource';
import { attributesOf } from './template/resource-schema';
import { refuseTakenName } from './taken-name';
import { NO_REPLACEMENT, pausedAt, refusePaused } from './paused';
import { ResourceMaker } from './resource-maker';
import { undo } from './rollback';
import { policyDenial } from './template/stack-policy';
import { addressOf, resolutionContext } from './stack';
import { stackIdOf } from './stack-id';
import { nameForPeople } from './template/template';

/** How a deployment ended. `reason` is of the first resource that failed. */
export type DeploymentResult =
  | { readonly status: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE'; readonly stack: DeployedStack }
  | {
      readonly status:
        | 'ROLLBACK_COMPLETE'
        | 'ROLLBACK_FAILED'
        | 'UPDATE_ROLLBACK_COMPLETE'
        | 'UPDATE_ROLLBACK_FAILED'
        /** It was asked not to roll back. */
        | 'CREATE_FAILED'
        | 'UPDATE_FAILED'
        /** It was stopped; the journal says how far it came, and the next deployment continues. */
        | 'CREATE_IN_PROGRESS'
        | 'UPDATE_IN_PROGRESS';
      /** `Outputs` where no resource failed. */
      readonly logicalId: string;
      readonly reason: string;
      readonly where?: Location;
    };

/**
 * Executes a change set: creates, updates and replaces in dependency order, then removes what is no longer there. When a resource fails,
 * everything that was touched is put back as it was (CloudFormation User Guide, "Stack failure options": roll back all). A deployment that was
 * interrupted continues where it was; one of another template is undone first.
 * @throws SaiondoError `InvalidChangeSetStatus` when the stack is not what the change set was made for
 */
export async function deploy(changeSet: ChangeSet, host: DeploymentHost): Promise<DeploymentResult> {
  const { account, region, stackName } = changeSet;
  const deployed = host.ledger.get(account, region, stackName);
  refuseUnexecutable(changeSet, deployed);
  const previous = deployed && (await removeObsolete(deployed, host));
  // An engine that was killed after it had executed the change set asks again.
  if (previous?.lastChangeSet?.id === changeSet.id)
    return { status: previous.status === 'CREATE_COMPLETE' ? previous.status : 'UPDATE_COMPLETE', stack: previous };
  const journal = host.ledger.journal(account, region, stackName);
  if (journal.changeSet !== undefined && journal.changeSet !== changeSet.id) {
    await undo(changeSet, host, journal.touched);
    journal.close();
  }
  // What could only be recorded, for want of a tool that may be here now, has to be made though its template is the same.
  const open = Object.values(previous?.resources ?? {}).some(
    (one) => one.missing !== undefined || one.broken !== undefined,
  );
  if (changeSet.empty && previous && !open) return { status: 'UPDATE_COMPLETE', stack: previous };
  return new Deployment(changeSet, host, previous, journal).run();
}

/**
 * Refuses a change set that failed when it was executed, or that was made for an earlier revision of the stack (CloudFormation API Reference,
 * ExecuteChangeSet). @throws SaiondoError `InvalidChangeSetStatus`, `ValidationError`
 */
export function refuseUnexecutable(changeSet: ChangeSet, stack: DeployedStack | undefined): void {
  const { id, revision, file, stackName } = changeSet;
  const { id: last, logicalId = '', reason } = stack?.lastChangeSet ?? {};
  if (last === id && reason === undefined) return;
  const refuse = (status: string, why: string): never => {
    throw new SaiondoError(
      `ChangeSet for stack ${stackName} cannot be executed in its current execution status of [${status}]: ${why}`,
      {
        code: 'InvalidChangeSetStatus',
        where: { file },
        next: 'make a new change set: retry all actions of the stage, not the failed ones alone',
      },
    );
  };
  if (last === id) refuse('EXECUTE_FAILED', `${logicalId}: ${reason ?? ''}`);
  if (revision !== (stack?.revision ?? 0))
    refuse('OBSOLETE', 'the stack was updated after the change set had been created');
  refuseUnusable(stack, file);
  refusePaused(stack, changeSet.onFailure);
}

class Deployment {
  private readonly resources: Record<string, DeployedResource> = {};
  private readonly imports = new Set<string>();
  /** Attributes of which the resource at hand takes pieces, though nobody here knows their form. */
  private readonly unknown = new Set<string>();
  private readonly maker: ResourceMaker;
  private readonly verb: 'CREATE' | 'UPDATE';
  private readonly context: ReturnType<typeof resolutionContext>;

  constructor(
    private readonly changeSet: ChangeSet,
    private readonly host: DeploymentHost,
    private readonly previous: DeployedStack | undefined,
    private readonly journal: Journal,
  ) {
    this.verb = previous ? 'UPDATE' : 'CREATE';
    this.maker = new ResourceMaker(changeSet, host);
    this.context = resolutionContext(changeSet, host.ledger, {
      refOf: (id) => this.resources[id]?.physicalId,
      attributeOf: (id, attribute) => this.attributeOf(id, attribute),
      imported: (name) => void this.imports.add(name),
      unknown: (attribute) => void this.unknown.add(attribute),
    });
  }

  async run(): Promise<DeploymentResult> {
    const { changeSet, journal } = this;
    if (journal.changeSet === undefined) journal.begin(changeSet.id);
    if (journal.rollback) return this.rollBack(journal.rollback.logicalId, journal.rollback.reason);
    this.stackStatus(`${this.verb}_IN_PROGRESS`);
    let at = '';
    try {
      for (at of changeSet.order) await this.make(at);
      const dropped = Object.values(this.previous?.resources ?? {}).filter((one) => !this.resources[one.logicalId]);
      for (const { logicalId, type } of dropped) {
        at = logicalId;
        this.refuseByPolicy('Update:Delete', logicalId, type);
      }
      const refused = this.refusedByServices();
      if (refused) {
        at = refused.logicalId;
        throw refused.error;
      }
      at = 'Outputs';
      const outputs = resolveOutputs(changeSet, this.context, this.host.ledger, this.previous);
      return await this.complete(outputs);
    } catch (error) {
      const reason = reasonOf(error);
      if (this.host.signal?.aborted) return { status: `${this.verb}_IN_PROGRESS`, logicalId: at, reason };
      const where = error instanceof SaiondoError ? error.where : undefined;
      return changeSet.onFailure === 'DO_NOTHING'
        ? this.pause(at, reason, where)
        : await this.rollBack(at, reason, where);
    }
  }

  private async make(logicalId: string): Promise<void> {
    const { changeSet, journal, maker, previous } = this;
    const type = changeSet.template.Resources[logicalId]?.Type ?? '';
    const before = previous?.resources[logicalId];
    const change = changeSet.changes.find((one) => one.logicalId === logicalId);
    let current: { logicalId: string; type: string; physicalId?: string } = { logicalId, type };
    try {
      this.unknown.clear();
      const properties = propertiesOf(changeSet.template, logicalId, this.context);
      const replaced = change?.replacement === 'True';
      const generation = changeSet.generations[logicalId] ?? 1;
      const physicalId =
        before && !replaced ? before.physicalId : physicalIdOf(addressOf(changeSet, logicalId, generation), properties);
      current = { logicalId, type, physicalId };
      // An attribute may have changed with a resource that was updated in place: what the change set could not see is updated too.
      // What an earlier deployment could only record, for want of a tool, is made as soon as there is one.
      const unchanged = !change && before?.missing === undefined && before?.broken === undefined;
      if (before && unchanged && changedProperties(before.properties, properties).length === 0) {
        this.resources[logicalId] = before;
        return;
      }
      this.host.signal?.throwIfAborted();
      const finished = journal.finished(logicalId);
      const references = await referenceValuesOf(properties, changeSet, this.host.dynamicReferences);
      const planned: DeployedResource = {
        ...current,
        physicalId,
        properties,
        attributes: this.generated(logicalId, properties, physicalId),
        standing: 'recorded',
        generation,
        ...(Object.keys(references).length > 0 ? { references } : {}),
        ...(this.unknown.size > 0 ? { notRehearsed: unknownReason([...this.unknown]) } : {}),
      };
      if (!finished) {
        maker.say(current, before ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
        if (before && replaced && changeSet.onFailure === 'DO_NOTHING')
          throw new SaiondoError(NO_REPLACEMENT, { code: 'ValidationError' });
        if (before) this.refuseByPolicy(replaced ? 'Update:Replace' : 'Update:Modify', logicalId, type);
        refuseTakenName(changeSet, this.host.ledger, planned, replaced ? { replaces: before } : { updates: before });
        await this.refuseByRole(planned, before, replaced);
        journal.touching(planned, before);
      }
      const { resource, detail } = await maker.make(planned, finished ?? before);
      this.resources[logicalId] = resource;
      if (finished) return;
      journal.done(resource, before);
      maker.say(resource, before ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE', detail ? { detail } : {});
    } catch (error) {
      if (!this.host.signal?.aborted)
        maker.say(current, before ? 'UPDATE_FAILED' : 'CREATE_FAILED', { reason: reasonOf(error) });
      throw error;
    }
  }

  /** The new state stands; what it replaced or dropped goes afterwards, and a killed engine finds in the ledger what is still to go. */
  private async complete(outputs: DeployedStack['outputs']): Promise<DeploymentResult> {
    const { host, previous, journal, verb } = this;
    const obsolete = obsolescence(previous, this.resources);
    const stack: DeployedStack = {
      ...this.stackWith(outputs),
      status: obsolete.length > 0 ? `${verb}_COMPLETE_CLEANUP_IN_PROGRESS` : `${verb}_COMPLETE`,
      ...(obsolete.length > 0 ? { obsolete } : {}),
    };
    host.ledger.put(stack);
    journal.close();
    const cleaned = await removeObsolete(stack, host);
    this.stackStatus(cleaned.status);
    return { status: `${verb}_COMPLETE`, stack: cleaned };
  }

  /** The stack as it is now that its resources are made. */
  private stackWith(outputs: DeployedStack['outputs']): DeployedStack {
    const { changeSet, previous, verb } = this;
    const now = new Date().toISOString();
    const stackPolicy = changeSet.stackPolicy ?? previous?.stackPolicy;
    return {
      stackName: changeSet.stackName,
      stackId: previous?.stackId ?? stackIdOf(changeSet),
      account: changeSet.account,
      region: changeSet.region,
      status: `${verb}_IN_PROGRESS`,
      template: changeSet.template as unknown as Record<string, unknown>,
      parameters: textsOf(changeSet.parameters),
      given: givenTexts(changeSet.template, changeSet.given ?? {}),
      tags: changeSet.tags,
      outputs,
      resources: this.resources,
      updatedAt: now,
      createdAt: previous?.createdAt ?? previous?.updatedAt ?? now,
      revision: (previous?.revision ?? 0) + 1,
      lastChangeSet: { id: changeSet.id },
      imports: [...this.imports],
      ...(stackPolicy ? { stackPolicy: stackPolicy as Record<string, unknown> } : {}),
      ...(previous?.terminationProtection ? { terminationProtection: true } : {}),
      ...(changeSet.parentId ? { parentId: changeSet.parentId } : {}),
    };
  }

  /** Leaves everything as it is: what was made stays, and the ledger has what RollbackStack would put back. */
  private pause(logicalId: string, reason: string, where: Location | undefined): DeploymentResult {
    const { changeSet, host, previous, journal, verb } = this;
    const status = `${verb}_FAILED` as const;
    host.ledger.put({
      ...this.stackWith(previous?.outputs ?? {}),
      resources: { ...previous?.resources, ...this.resources },
      status,
      lastChangeSet: { id: changeSet.id, logicalId, reason },
      paused: pausedAt(previous, journal.touched),
    });
    journal.close();
    this.stackStatus(status, `${nameForPeople(changeSet.template, logicalId)}: ${reason}`);
    const path = logicalId === 'Outputs' ? logicalId : `Resources.${logicalId}`;
    return { status, logicalId, reason, where: where ?? { file: changeSet.file, path } };
  }

  /** Puts back everything that the deployment touched; the ledger keeps the state before, and why it is back. */
  private async rollBack(logicalId: string, reason: string, where?: Location): Promise<DeploymentResult> {
    const { changeSet, host, previous, journal } = this;
    const said = `${nameForPeople(changeSet.template, logicalId)}: ${reason}`;
    if (!journal.rollback) journal.rollingBack(logicalId, reason);
    this.stackStatus(previous ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS', said);
    const { failed, restored } = await undo(changeSet, host, journal.touched);
    const status = `${previous ? 'UPDATE_ROLLBACK' : 'ROLLBACK'}_${failed ? 'FAILED' : 'COMPLETE'}` as const;
    const now = new Date().toISOString();
    host.ledger.put({
      stackName: changeSet.stackName,
      stackId: stackIdOf(changeSet),
      account: changeSet.account,
      region: changeSet.region,
      template: changeSet.template as unknown as Record<string, unknown>,
      parameters: textsOf(changeSet.parameters),
      given: givenTexts(changeSet.template, changeSet.given ?? {}),
      tags: changeSet.tags,
      outputs: {},
      resources: {},
      createdAt: now,
      updatedAt: now,
      ...(changeSet.parentId ? { parentId: changeSet.parentId } : {}),
      ...previous,
      ...(previous ? { resources: { ...previous.resources, ...restored } } : {}),
      status,
      revision: (previous?.revision ?? 0) + 1,
      lastChangeSet: { id: changeSet.id, logicalId, reason },
    });
    journal.close();
    this.stackStatus(status, said);
    const path = logicalId === 'Outputs' ? logicalId : `Resources.${logicalId}`;
    return { status, logicalId, reason, where: where ?? { file: changeSet.file, path } };
  }

  private refuseByPolicy(action: Parameters<typeof policyDenial>[1], logicalId: string, type: string): void {
    const denial = policyDenial(this.previous?.stackPolicy, action, { logicalId, type });
    if (denial)
      throw new SaiondoError(denial, {
        code: 'ValidationError',
        where: { file: this.changeSet.file, path: `Resources.${logicalId}` },
      });
  }

  /** @throws SaiondoError `AccessDenied` where the stack's role may not do it */
  private async refuseByRole(planned: DeployedResource, before: DeployedResource | undefined, replaced: boolean) {
    const { account, region, stackName, file, tags } = this.changeSet;
    const { permits, roleArn, environment } = this.host;
    const denied = await permits?.resource(roleArn, {
      ...planned,
      stackTags: tags,
      operation: before && !replaced ? 'update' : 'create',
      ...(before && !replaced ? { previous: before.properties } : {}),
      account,
      region,
      stackName,
      environment,
    });
    if (denied !== undefined) throw accessDenied(denied, file, planned.logicalId);
  }

  /** What AWS's services may not do for the resources that were made, e.g. start the tasks of a service. */
  private refusedByServices(): { readonly logicalId: string; readonly error: SaiondoError } | undefined {
    const { changeSet, journal, maker } = this;
    const { permits, roleArn, environment } = this.host;
    const changed = new Set(journal.touched.map(({ now }) => now.logicalId));
    const refused = permits?.stack(roleArn, { stack: this.stackWith({}), changed, environment });
    if (!refused) return undefined;
    const { logicalId, reason } = refused;
    const before = this.previous?.resources[logicalId];
    maker.say(this.resources[logicalId] ?? { logicalId, type: '' }, before ? 'UPDATE_FAILED' : 'CREATE_FAILED', {
      reason,
    });
    return { logicalId, error: accessDenied(reason, changeSet.file, logicalId) };
  }

  private attributeOf(id: string, attribute: string): unknown {
    const resource = this.resources[id];
    if (!resource) return undefined;
    const address = addressOf(this.changeSet, id, this.changeSet.generations[id] ?? 1);
    return (
      resource.attributes[attribute] ?? generatedAttribute(address, resource.properties, resource.physicalId, attribute)
    );
  }

  /** Every published attribute of a resource, as far as it can be generated: the ledger shows them, exports and the API read them. */
  private generated(
    logicalId: string,
    properties: Record<string, unknown>,
    physicalId: string,
  ): Record<string, unknown> {
    const address = addressOf(this.changeSet, logicalId, this.changeSet.generations[logicalId] ?? 1);
    const names = (attributesOf(address.type) ?? []).filter((name) => /^([A-Za-z.]*Arn|[A-Za-z]*Id|Name)$/.test(name));
    return Object.fromEntries(names.map((name) => [name, generatedAttribute(address, properties, physicalId, name)]));
  }

  private stackStatus(status: string, reason?: string): void {
    const { environment, emit } = this.host;
    emit({
      kind: 'stack.status',
      account: this.changeSet.account,
      region: this.changeSet.region,
      environment,
      stackName: this.changeSet.stackName,
      status,
      ...(reason ? { reason } : {}),
    });
  }
}

function accessDenied(reason: string, file: string, logicalId: string): SaiondoError {
  return new SaiondoError(reason, {
    code: 'AccessDenied',
    where: { file, path: `Resources.${logicalId}` },
    next: 'saiondo permissions says what to add to which policy',
  });
}

function unknownReason(attributes: readonly string[]): string {
  return `takes a piece of ${attributes.join(', ')}, whose form on AWS is not known here`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
