import type { PrincipalElement } from '../policy/policy';
import { sessionArn, type Caller } from './request';

/**
 * How a policy names a caller. It decides what may still take the grant away (IAM User Guide, "How AWS enforcement code logic evaluates requests to
 * allow or deny access", resource-based policies): `direct` nothing does, `role` boundary and session do, `account` only hands the decision to the
 * caller's account.
 */
export type Naming = 'direct' | 'role' | 'account';

/** How a `Principal` names a caller; undefined where it does not. */
export function namedBy(principal: PrincipalElement, caller: Caller): Naming | undefined {
  if (principal === '*') return 'direct';
  const found = namings(principal, caller);
  return (['direct', 'role', 'account'] as const).find((naming) => found.has(naming));
}

/**
 * Whether a `NotPrincipal` leaves a caller out. A session is left out if its account, its role and itself are all named; where fewer are, AWS says
 * that it might be denied ("AWS JSON policy elements: NotPrincipal").
 */
export function leftOut(principal: PrincipalElement, caller: Caller, hasBoundary: boolean): boolean | 'unclear' {
  // "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary policy attached."
  if (hasBoundary) return false;
  if (principal === '*') return true;
  const found = namings(principal, caller);
  if (found.size === 0) return false;
  if (caller.type === 'service' || caller.type === 'anonymous') return true;
  if (caller.type === 'root') return found.has('account');
  if (caller.type === 'role')
    return found.has('account') && found.has('role') && found.has('direct') ? true : 'unclear';
  return found.has('account') && found.has('direct') ? true : 'unclear';
}

function namings(principal: Exclude<PrincipalElement, '*'>, caller: Caller): ReadonlySet<Naming> {
  const found = new Set<Naming>();
  if (caller.type === 'service') {
    if (principal.Service.includes(caller.name) || principal.Service.includes('*')) found.add('direct');
  }
  for (const name of principal.AWS) {
    if (name === '*') found.add('direct');
    else if (caller.type === 'service' || caller.type === 'anonymous') continue;
    else if (name === caller.account || /^arn:[^:]+:iam::(\d+):root$/.exec(name)?.[1] === caller.account)
      found.add('account');
    else if (caller.type === 'role' && name === caller.roleArn) found.add('role');
    else if (caller.type === 'role' && name === sessionArn(caller.roleArn, caller.sessionName)) found.add('direct');
    else if (caller.type === 'user' && name === caller.arn) found.add('direct');
  }
  return found;
}
