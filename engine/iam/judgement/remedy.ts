import type { PermissionRemedy } from '../../../model/permission-record';
import type { AccountPolicies } from '../account/account-policies';
import { isOfTrust, type Judged } from './judge';
import { kindText } from '../decision/denial';
import { statementName } from '../policy/policy';

/** The statement that a denied call lacks, and where it belongs. */
export function remedyOf({ call, decision }: Judged, policies: AccountPolicies): PermissionRemedy | undefined {
  if (decision.result !== 'denied') return undefined;
  const role = policies.role(call.by)?.construct ?? call.by;
  const assumes = isOfTrust(call.action);
  const target = assumes ? policies.role(call.resource)?.construct : policies.resource(call.resource).construct;
  if (decision.how === 'explicit') {
    const { policy, statement } = decision.by;
    const construct =
      decision.by.kind === 'resource' || decision.by.kind === 'trust' ? (target ?? call.resource) : role;
    return {
      construct,
      policy: policy.name,
      text: `change the deny of ${statementName(statement)} in ${policy.name}`,
    };
  }
  const [kind] = decision.missing;
  const ofResource = kind === 'resource' || kind === 'trust';
  const construct = ofResource ? (target ?? call.resource) : role;
  const principal = call.by.startsWith('arn:') ? { AWS: call.by } : { Service: call.by };
  const resource = call.action.startsWith('kms:') && ofResource ? '*' : call.resource;
  const statement = {
    Effect: 'Allow',
    ...(ofResource ? { Principal: principal } : {}),
    Action: call.action,
    ...(kind === 'trust' ? {} : { Resource: resource }),
  };
  return {
    construct,
    policy: kindText(kind),
    statement,
    code: codeOf(kind, call.by, call.action, resource),
    text: `add to the ${kindText(kind)} of ${construct}: ${JSON.stringify(statement)}`,
  };
}

function codeOf(kind: string, by: string, action: string, resource: string): string {
  const q = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const principal = by.startsWith('arn:') ? `new iam.ArnPrincipal(${q(by)})` : `new iam.ServicePrincipal(${q(by)})`;
  if (kind === 'trust')
    return `role.assumeRolePolicy?.addStatements(new iam.PolicyStatement({ actions: [${q(action)}], principals: [${principal}] }))`;
  const statement = `new iam.PolicyStatement({ actions: [${q(action)}], resources: [${q(resource)}]${kind === 'resource' ? `, principals: [${principal}]` : ''} })`;
  return kind === 'resource' ? `resource.addToResourcePolicy(${statement})` : `role.addToPrincipalPolicy(${statement})`;
}
