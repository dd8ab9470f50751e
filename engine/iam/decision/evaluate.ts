import { all, any, isUnknown, unknown, type Truth } from '../conditions/truth';
import type { Policy, Statement } from '../policy/policy';
import { matchStatement } from './statement-match';
import type { Naming } from './principal';
import type { AccessRequest } from './request';

/** What a policy is to a request. `trust` is a role's, asked when the role is assumed. */
export type PolicyKind = 'identity' | 'boundary' | 'session' | 'resource' | 'trust';

/** A policy with what people call it: an ARN, a path in a template. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: Policy;
  /** The ARN of a managed policy: AWS puts it into its message. */
  readonly arn?: string;
}

/** A policy that is attached but cannot be read here, e.g. one of AWS's own that this project does not have. */
export interface UnreadPolicy {
  readonly kind: PolicyKind;
  readonly name: string;
  readonly reason: string;
  /** It is known to deny nothing, so that it cannot take away what another policy allows. */
  readonly deniesNothing?: boolean;
}

/** All policies that AWS looks at for a request. */
export interface AppliedPolicies {
  readonly identity: readonly NamedPolicy[];
  /** Undefined: the caller has no boundary. */
  readonly boundary?: NamedPolicy;
  /** Undefined: the session was made without a policy. */
  readonly session?: readonly NamedPolicy[];
  /** That of the resource, or the role's trust policy. Undefined: the resource has none. */
  readonly resource?: NamedPolicy;
  readonly unread?: readonly UnreadPolicy[];
}

/** A statement of a policy. */
export interface FoundStatement {
  readonly kind: PolicyKind;
  readonly policy: NamedPolicy;
  readonly statement: Statement;
}

/** What AWS would do with a request. */
export type Decision =
  | { readonly result: 'allowed'; readonly by: readonly FoundStatement[] }
  | { readonly result: 'denied'; readonly how: 'explicit'; readonly by: FoundStatement }
  /** No statement of these kinds allows it; the first is the one that AWS names. */
  | { readonly result: 'denied'; readonly how: 'implicit'; readonly missing: readonly [PolicyKind, ...PolicyKind[]] }
  /** What could not be judged: nobody should take it for allowed or denied. */
  | { readonly result: 'not known'; readonly reasons: readonly string[] };

interface Side {
  readonly allow: Truth;
  readonly by: readonly FoundStatement[];
}

/**
 * Decides a request as AWS does (IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access" and "Cross-account policy
 * evaluation logic"): an explicit deny wins; in one account either side may allow; across accounts both have to. A KMS key's and a role's own policy
 * has to allow, directly or by naming the account.
 */
export function evaluate(request: AccessRequest, policies: AppliedPolicies): Decision {
  const found = scan(request, policies);
  const denied = found.find(({ match, of }) => of.statement.effect === 'Deny' && match.applies === true);
  if (denied) return { result: 'denied', how: 'explicit', by: denied.of };

  const side = (kind: PolicyKind, namings: readonly Naming[]): Side => {
    const allows = found.filter(
      ({ match, of }) => of.kind === kind && of.statement.effect === 'Allow' && namings.includes(match.naming),
    );
    const unread = (policies.unread ?? []).filter((policy) => policy.kind === kind);
    return {
      allow: any([
        ...allows.map(({ match }) => match.applies),
        ...unread.map(({ name, reason }) => unknown(`policy ${name}: ${reason}`)),
      ]),
      by: allows.filter(({ match }) => match.applies === true).map(({ of }) => of),
    };
  };
  const everyNaming = ['direct', 'role', 'account'] as const;
  const identity = side('identity', everyNaming);
  const boundary = hasBoundary(policies) ? side('boundary', everyNaming) : yes;
  const session = hasSession(policies) ? side('session', everyNaming) : yes;
  const own = ownKind(request);
  const strict = own === 'trust' || isKeyOfKms(request);
  const limits = all([boundary.allow, session.allow]);
  const delegated = all([identity.allow, limits]);
  const direct = side(own, ['direct']);
  const role = side(own, ['role']);
  const account = side(own, ['account']);

  const allow = ((): Truth => {
    const { caller } = request;
    if (caller.type === 'service' || caller.type === 'anonymous') return direct.allow;
    const ownSide = any([direct.allow, role.allow, account.allow]);
    if (caller.account !== request.resourceAccount) {
      return caller.type === 'root' ? ownSide : all([delegated, ownSide]);
    }
    if (caller.type === 'root') return strict ? ownSide : true;
    return any([direct.allow, all([role.allow, limits]), strict ? all([delegated, account.allow]) : delegated]);
  })();

  const openDenies = found
    .filter(({ match, of }) => of.statement.effect === 'Deny' && isUnknown(match.applies))
    .map(({ match }) => match.applies);
  const unreadDenies = (policies.unread ?? [])
    .filter(({ deniesNothing }) => !deniesNothing)
    .map(({ name, reason }) => unknown(`policy ${name}: ${reason}`));
  if (allow === false) return { result: 'denied', how: 'implicit', missing: missingKinds(request, policies, side) };
  const open = [allow, ...openDenies, ...unreadDenies].filter(isUnknown);
  if (open.length > 0)
    return { result: 'not known', reasons: [...new Set(open.flatMap(({ unknown: reasons }) => reasons))] };
  const by = [direct, role, account, identity, boundary, session].flatMap((one) => one.by);
  return { result: 'allowed', by };
}

const yes: Side = { allow: true, by: [] };

/** AssumeRole and its siblings ask the role's trust policy; everything else the resource's. */
function ownKind({ action }: AccessRequest): 'trust' | 'resource' {
  return /^sts:(assumerole|tagsession|setsourceidentity|setcontext)/i.test(action) ? 'trust' : 'resource';
}

/** "Unlike other AWS resource policies, an AWS KMS key policy does not automatically give permission to the account" (KMS Developer Guide, "Key policies"). */
function isKeyOfKms({ action, resource }: AccessRequest): boolean {
  return /^kms:/i.test(action) && /^arn:[^:]+:kms:[^:]*:[^:]*:key\//.test(resource);
}

function hasBoundary({ boundary, unread = [] }: AppliedPolicies): boolean {
  return boundary !== undefined || unread.some(({ kind }) => kind === 'boundary');
}

function hasSession({ session, unread = [] }: AppliedPolicies): boolean {
  return session !== undefined || unread.some(({ kind }) => kind === 'session');
}

function scan(request: AccessRequest, policies: AppliedPolicies) {
  const own = ownKind(request);
  const sources: readonly (readonly [PolicyKind, readonly NamedPolicy[]])[] = [
    ['identity', policies.identity],
    ['boundary', policies.boundary ? [policies.boundary] : []],
    ['session', policies.session ?? []],
    [own, policies.resource ? [policies.resource] : []],
  ];
  const bounded = hasBoundary(policies);
  return sources.flatMap(([kind, list]) =>
    list.flatMap((policy) =>
      policy.policy.statements.map((statement) => ({
        of: { kind, policy, statement },
        match: matchStatement(policy.policy, statement, request, bounded),
      })),
    ),
  );
}

/** Which kinds allow nothing, in the order in which AWS names them: the caller's side first. */
function missingKinds(
  request: AccessRequest,
  policies: AppliedPolicies,
  side: (kind: PolicyKind, namings: readonly Naming[]) => Side,
): readonly [PolicyKind, ...PolicyKind[]] {
  const own = ownKind(request);
  const { caller } = request;
  const every = ['direct', 'role', 'account'] as const;
  if (caller.type === 'service' || caller.type === 'anonymous' || caller.type === 'root') return [own];
  const missing: PolicyKind[] = [];
  if (side('identity', every).allow === false) missing.push('identity');
  if (hasBoundary(policies) && side('boundary', every).allow === false) missing.push('boundary');
  if (hasSession(policies) && side('session', every).allow === false) missing.push('session');
  const crossing = caller.account !== request.resourceAccount;
  const ownNeeded = crossing || own === 'trust' || isKeyOfKms(request);
  if (ownNeeded && side(own, every).allow === false) {
    // A key's and a role's own policy decides alone there: the caller's side would change nothing.
    if (!crossing) return [own];
    missing.push(own);
  }
  const [first = 'identity', ...rest] = missing;
  return [first, ...rest];
}
