import { SaiondoError } from '../../model/errors';
import type { DeployedResource } from '../ports/ledger';
import type { DiskLedger } from './ledger';
import { hasSingleIdentifier } from './template/resource-schema';
import type { DeploymentRequest } from './stack';

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
  if (change.updates || !hasSingleIdentifier(type) || INLINE_POLICY.test(type)) return;
  const taken = ledger
    .resources(type, account, region)
    .find((one) => one.physicalId === physicalId && (one.stack.stackName !== stackName || one.logicalId !== logicalId));
  if (taken)
    throw new SaiondoError(`${physicalId} already exists in stack ${taken.stack.stackId}`, {
      code: 'AlreadyExistsException',
      where,
    });
}
