import { SaiondoError } from '../../model/errors';
import type { DeployedResource, DeployedStack } from '../ports/ledger';
import { refuseDeletionInUse } from './exports';
import type { DiskLedger } from './ledger';
import type { DeploymentHost } from './ensure-resource';
import { removalPolicy, removeObsolete, removeResource } from './removal';
import { undo } from './rollback';
import type { StackAddress } from './stack-id';
import type { Template } from './template/template';

/** How a deletion ended; `logicalIds` could not be deleted. */
export type DeletionResult =
  | { readonly status: 'DELETE_COMPLETE' }
  | { readonly status: 'DELETE_FAILED'; readonly logicalIds: readonly string[]; readonly reason: string };

/**
 * Deletes a stack, dependents first, by the deletion policies of its template; a stack that does not exist counts as deleted
 * (CloudFormation API Reference, DeleteStack). What an engine that was killed had deleted is not asked for again.
 * @param retain logical ids to leave behind; only a stack whose deletion failed takes them
 * @throws SaiondoError `ValidationError` for a protected stack, or one whose exports are in use
 */
export async function deleteStack(
  at: StackAddress,
  host: DeploymentHost,
  retain: readonly string[] = [],
): Promise<DeletionResult> {
  const { account, region, stackName } = at;
  const { ledger, emit, environment } = host;
  let stack = ledger.get(account, region, stackName);
  const journal = ledger.journal(account, region, stackName);
  if (journal.changeSet !== undefined) {
    const template = (stack?.template ?? { Resources: {} }) as unknown as Template;
    await undo({ ...at, template, file: stackName, parameters: {}, tags: {} }, host, journal.touched);
    journal.close();
  }
  if (!stack) return { status: 'DELETE_COMPLETE' };
  refuseDeletion(stack, ledger, retain);
  const say = (status: string, reason?: string): void =>
    emit({ kind: 'stack.status', account, region, environment, stackName, status, ...(reason ? { reason } : {}) });
  say('DELETE_IN_PROGRESS');
  stack = await removeObsolete(stack, host);
  const template = stack.template as unknown as Template;
  const failed: string[] = [];
  let reason = '';
  for (const resource of Object.values(stack.resources).reverse()) {
    const policy = retain.includes(resource.logicalId) ? 'Retain' : removalPolicy(template, resource, 'DeletionPolicy');
    const result = await removeResource({ resource, policy }, at, host);
    if (!result.removed) {
      failed.push(resource.logicalId);
      reason ||= result.reason;
      continue;
    }
    const left: [string, DeployedResource][] = Object.entries(stack.resources).filter(
      ([logicalId]) => logicalId !== resource.logicalId,
    );
    stack = { ...stack, resources: Object.fromEntries(left), status: 'DELETE_IN_PROGRESS' };
    ledger.put(stack);
  }
  if (failed.length > 0) {
    ledger.put({ ...stack, status: 'DELETE_FAILED', revision: (stack.revision ?? 0) + 1 });
    const said = `The following resource(s) failed to delete: [${failed.join(', ')}].`;
    say('DELETE_FAILED', said);
    return { status: 'DELETE_FAILED', logicalIds: failed, reason: `${said} ${reason}` };
  }
  ledger.remove(account, region, stackName);
  say('DELETE_COMPLETE');
  return { status: 'DELETE_COMPLETE' };
}

/** @throws SaiondoError `ValidationError` for a protected stack, for one whose exports are in use, and for resources retained too early */
export function refuseDeletion(stack: DeployedStack | undefined, ledger: DiskLedger, retain: readonly string[]): void {
  if (!stack) return;
  if (stack.terminationProtection)
    throw new SaiondoError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`, {
      code: 'ValidationError',
      next: `disable it first: aws cloudformation update-termination-protection --region ${stack.region} --stack-name ${stack.stackName} --no-enable-termination-protection; of a rehearsal, while it is served (docs/serving.md)`,
    });
  if (retain.length > 0 && stack.status !== 'DELETE_FAILED')
    throw new SaiondoError(
      `Invalid operation on stack [${stack.stackId}]: resources can be retained only when the stack is in DELETE_FAILED state; it is in ${stack.status}`,
      { code: 'ValidationError' },
    );
  refuseDeletionInUse(stack, ledger);
}
