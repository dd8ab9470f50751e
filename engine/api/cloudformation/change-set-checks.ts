import { SaiondoError } from '../../../model/errors';
import type { CloudFormation } from '../../cloudformation/cloudformation';
import type { OnFailure } from '../../cloudformation/stack';
import type { StackAddress } from '../../cloudformation/stack-id';
import { onFailureIn } from './query-form';

/**
 * Refuses what CreateChangeSet refuses before it looks at the template (CloudFormation API Reference, CreateChangeSet).
 * @returns what becomes of the stack where its deployment fails
 * @throws SaiondoError `ValidationError`, `AlreadyExistsException`; `InvalidAction` for an import
 */
export function checkedChangeSet(
  form: URLSearchParams,
  at: StackAddress,
  changeSetName: string,
  cloudFormation: CloudFormation,
): OnFailure | undefined {
  const type = form.get('ChangeSetType') ?? 'UPDATE';
  if (type === 'IMPORT' || form.has('ResourcesToImport.member.1.ResourceType'))
    throw new SaiondoError(
      'not answered here: cloudformation:CreateChangeSet with ChangeSetType IMPORT. What a stack would import is in no account here: on AWS a resource that exists becomes one of the stack, here it would be made anew',
      { code: 'InvalidAction' },
    );
  const deployed = cloudFormation.stack(at);
  if (type === 'UPDATE' && !deployed)
    throw new SaiondoError(`Stack [${at.stackName}] does not exist`, { code: 'ValidationError' });
  if (type === 'CREATE' && deployed)
    throw new SaiondoError(
      `Stack [${at.stackName}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
      { code: 'ValidationError' },
    );
  if (cloudFormation.changeSets.get(at, changeSetName))
    throw new SaiondoError(
      `ChangeSet ${changeSetName} cannot be created due to a mismatch with existing attribute Name`,
      {
        code: 'AlreadyExistsException',
      },
    );
  const onFailure = onFailureIn(form, 'OnStackFailure');
  if (onFailure === 'DELETE' && type !== 'CREATE')
    throw new SaiondoError('OnStackFailure can be DELETE only where ChangeSetType is CREATE.', {
      code: 'ValidationError',
    });
  return onFailure;
}
