import type { ResourceChange } from '../../model/events';
import { SaiondoError } from '../../model/errors';
import type { DeployedResource } from '../ports/ledger';
import type { DiskLedger } from './ledger';
import { hasSingleIdentifier } from './template/resource-schema';
import type { DeploymentRequest } from './stack';
import type { StackAddress } from './stack-id';

/** Policies that stand in a role, a user or a group: two of them may have one name (IAM User Guide, "Inline policies"). */
const INLINE_POLICY = /^AWS::IAM::(Policy|RolePolicy|UserPolicy|GroupPolicy)$/;

/**
 * Two resources cannot have one name (CloudFormation User Guide, "Name type"): neither a replacement its predecessor's, which goes last, nor a new
 * resource another one's of the account and region.
 * @throws SaiondoError `ValidationError`, `AlreadyExistsException` in CloudFormation's words
 */
export function refuseTakenName(
  { account, region, stackName, file }: DeploymentRequest,
  ledger: DiskLedger,
  planned: DeployedResource,
  change: { readonly replaces?: DeployedResource | undefined; readonly updates?: DeployedResource | undefined },
): void {
  const { logicalId, physicalId, type } = planned;
  const where = { file, path: `Resources.${logicalId}` };
  if (change.replaces?.physicalId === physicalId && change.replaces.type === type) {
    throw new SaiondoError(
      `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${physicalId} and update the stack again.`,
      { code: 'ValidationError', where },
    );
  }
  if (change.updates) return;
  const taken = takenBy({ account, region, stackName }, ledger, planned);
  if (taken)
    throw new SaiondoError(`${physicalId} already exists in stack ${taken.stack.stackId}`, {
      code: 'AlreadyExistsException',
      where,
    });
}

/** A deployed resource of another logical id or stack that has a resource's name already. */
export function takenBy(
  { account, region, stackName }: StackAddress,
  ledger: DiskLedger,
  { logicalId, physicalId, type }: Pick<DeployedResource, 'logicalId' | 'physicalId' | 'type'>,
): ReturnType<DiskLedger['resources']>[number] | undefined {
  if (!hasSingleIdentifier(type) || INLINE_POLICY.test(type)) return undefined;
  return ledger
    .resources(type, account, region)
    .find((one) => one.physicalId === physicalId && (one.stack.stackName !== stackName || one.logicalId !== logicalId));
}

/** A resource that a change set would make though its name is taken (CloudFormation User Guide, "Validate stack deployments"). */
export interface NameConflict {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/**
 * Pre-deployment validation of names: a change set that would make what is there already fails before it can be executed.
 * @param names the name of each resource that is to be
 */
export function nameConflicts(
  at: StackAddress,
  ledger: DiskLedger,
  changes: readonly ResourceChange[],
  names: (logicalId: string) => string | undefined,
): NameConflict[] {
  return changes.flatMap(({ action, logicalId, type }) => {
    const physicalId = names(logicalId);
    if (action !== 'Add' || physicalId === undefined) return [];
    return takenBy(at, ledger, { logicalId, type, physicalId }) ? [{ logicalId, type, physicalId }] : [];
  });
}

/** What DescribeEvents says of a conflict. */
export function conflictText({ type, physicalId }: NameConflict): string {
  return `Resource of type '${type}' with identifier '${physicalId}' already exists.`;
}

/** Why a change set failed, as DescribeChangeSet says it (aws/aws-cdk-cli#1000). */
export const EARLY_VALIDATION_FAILED =
  'The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.';

/** @throws SaiondoError `ValidationError` for a change set whose names are taken */
export function refuseConflicts(conflicts: readonly NameConflict[] | undefined, file: string): void {
  const [first] = conflicts ?? [];
  if (!conflicts || !first) return;
  throw new SaiondoError(
    `${EARLY_VALIDATION_FAILED}\n${conflicts.map((one) => `${one.logicalId}: ${conflictText(one)}`).join('\n')}`,
    {
      code: 'ValidationError',
      where: { file, path: `Resources.${first.logicalId}` },
      next: 'give it another name, or take the name from the resource that has it',
    },
  );
}
