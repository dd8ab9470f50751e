import type { Decision, PolicyKind } from './evaluate';
import { callerArn, type AccessRequest } from './request';

type Denied = Extract<Decision, { result: 'denied' }>;

const implicit: Readonly<Record<PolicyKind, string>> = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
};

const explicit: Readonly<Record<PolicyKind, string>> = {
  identity: 'an identity-based policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
  resource: 'a resource-based policy',
  trust: 'the role trust policy',
};

/**
 * AWS's own sentence for a denial (IAM User Guide, "Troubleshoot access denied error messages"): `User: … is not authorized to perform: … on resource:
 * … because no identity-based policy allows the … action`.
 */
export function denialText(request: AccessRequest, decision: Denied): string {
  const on = request.resource === '*' ? '' : ` on resource: ${request.resource}`;
  const head = `User: ${callerArn(request.caller)} is not authorized to perform: ${request.action}${on}`;
  if (decision.how === 'implicit') {
    return `${head} because no ${implicit[decision.missing[0]]} allows the ${request.action} action`;
  }
  const { kind, policy } = decision.by;
  return `${head} with an explicit deny in ${explicit[kind]}${policy.arn ? `: ${policy.arn}` : ''}`;
}

/** What a policy kind is called in a sentence. */
export function kindText(kind: PolicyKind): string {
  return implicit[kind];
}
