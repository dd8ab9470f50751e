import { SaiondoError } from '../../../model/errors';
import { transformsOf } from './language-extensions';
import type { Template } from './template';

/** IAM's types that need an acknowledgement, with the property that gives them a name of one's own. */
const IAM: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
};

/**
 * Checks that a deployment acknowledges what its template can do (CloudFormation API Reference, CreateChangeSet, "Capabilities"):
 * `CAPABILITY_IAM` or `CAPABILITY_NAMED_IAM` for IAM, the latter for IAM with names of one's own, `CAPABILITY_AUTO_EXPAND` for macros.
 * @throws SaiondoError `InsufficientCapabilitiesException`
 */
export function checkCapabilities(
  asWritten: Template,
  template: Template,
  request: { readonly stackName: string; readonly file: string; readonly capabilities?: readonly string[] },
): void {
  const { capabilities, file, stackName } = request;
  if (!capabilities) return;
  const refuse = (needed: string, path: string, why: string): never => {
    throw new SaiondoError(`stack ${stackName}: Requires capabilities : [${needed}]: ${why}`, {
      code: 'InsufficientCapabilitiesException',
      where: { file, path },
      next: `add ${needed} to the action's Capabilities`,
    });
  };
  const named = capabilities.includes('CAPABILITY_NAMED_IAM');
  for (const [logicalId, { Type: type, Properties: properties = {} }] of Object.entries(template.Resources)) {
    if (!Object.hasOwn(IAM, type)) continue;
    const name = IAM[type];
    const path = `Resources.${logicalId}`;
    if (name && Object.hasOwn(properties, name) && !named)
      refuse('CAPABILITY_NAMED_IAM', `${path}.Properties.${name}`, `${logicalId} is an ${type} with a name of its own`);
    if (!named && !capabilities.includes('CAPABILITY_IAM'))
      refuse('CAPABILITY_IAM', path, `${logicalId} is an ${type}`);
  }
  const [transform] = transformsOf(asWritten);
  if (transform && !capabilities.includes('CAPABILITY_AUTO_EXPAND'))
    refuse('CAPABILITY_AUTO_EXPAND', 'Transform', `the template uses ${transform}`);
}
