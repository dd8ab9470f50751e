import { evaluate, type AppliedPolicies, type Decision } from '../decision/evaluate';
import { denialText } from '../decision/denial';
import { actionMatches } from '../decision/statement-match';
import { attached } from '../account/read-policy';
import { statementName } from '../policy/policy';
import type { AccountPolicies, KnownResource, KnownRole } from '../account/account-policies';
import type { ServiceCall } from '../calls/service-call';
import type { AccessRequest, Caller } from '../decision/request';
import { contextOf } from './context';
import { keyContext } from './key-context';

/** A call with what AWS would have answered. */
export interface Judged {
  readonly call: ServiceCall;
  readonly decision: Decision;
  /** AWS's sentence of a denial, the reasons of what is not known, the statement that allows. */
  readonly text: string;
}

/** Services whose resources have no policy of their own that could decide. */
const withoutPolicies =
  /^(cloudformation|codebuild|codepipeline|codestar-connections|codeconnections|ec2|ecs|logs|ssm|iam)$/;

/** Whether the trust policy of a role is asked for an action. */
export const isOfTrust = (action: string): boolean =>
  /^sts:(assumerole|tagsession|setsourceidentity|setcontext)/i.test(action);

/** Judges a call by the policies of everything that is deployed here. */
export function judge(call: ServiceCall, policies: AccountPolicies): Judged {
  const resource = policies.keyOf(call.resource);
  const role = policies.role(call.by);
  const caller = callerOf(call);
  const assumes = isOfTrust(call.action);
  const target = assumes ? policies.role(resource) : undefined;
  const known: KnownResource = assumes
    ? { deployed: target !== undefined, account: accountIn(resource), ...(target ? { tags: target.tags } : {}) }
    : withGivenPolicy(policies.resource(resource), call);
  const callerAccount = 'account' in caller ? (caller.account ?? '') : '';
  const resourceAccount = known.account || accountIn(resource) || bootstrapAccount(resource) || callerAccount;
  const own = { ...(call.action.startsWith('kms:') ? keyContext(call, callerAccount, policies) : {}), ...call.context };
  const request: AccessRequest = {
    caller,
    action: call.action,
    resource,
    resourceAccount,
    // Of an object nobody here knows the tags: they are its own, not its bucket's.
    context: contextOf(caller, call.action, resource, resourceAccount, {
      own,
      ...(call.begins ? { begins: call.begins } : {}),
      // A session's tags count before the role's of the same name (IAM User Guide, "Pass session tags in AWS STS").
      tags: { ...role?.tags, ...call.session?.tags },
      ...(call.action.startsWith('s3:') || !known.tags ? {} : { resourceTags: known.tags }),
      inNetwork: call.inNetwork ?? policies.isInNetwork(call.by),
    }),
  };
  const decision = evaluate(
    request,
    withSession(appliedPolicies(request, role, target, known, assumes), call, policies),
  );
  return { call, decision, text: textOf(request, decision) };
}

/** A resource that is being made has the policy that it is made with. */
function withGivenPolicy(known: KnownResource, { givenPolicy, resource }: ServiceCall): KnownResource {
  if (known.deployed || givenPolicy === undefined || resource === '*') return known;
  return { ...known, deployed: true, ...attached(givenPolicy, 'resource', `policy of ${resource}`) };
}

function appliedPolicies(
  request: AccessRequest,
  role: KnownRole | undefined,
  target: KnownRole | undefined,
  known: KnownResource,
  assumes: boolean,
): AppliedPolicies {
  const { caller, resource } = request;
  const unread = [...(role?.unread.filter(({ kind }) => kind !== 'trust') ?? [])];
  if (caller.type === 'role' && !role)
    unread.push({ kind: 'identity', name: caller.roleArn, reason: 'nothing that is deployed here makes this role' });
  if (assumes && !target)
    unread.push({ kind: 'trust', name: resource, reason: 'nothing that is deployed here makes this role' });
  unread.push(...(target?.unread.filter(({ kind }) => kind === 'trust') ?? []));
  const service = resource.split(':')[2] ?? '';
  const crossing = 'account' in caller && caller.account !== undefined && caller.account !== request.resourceAccount;
  // What people made by hand is not deployed here. In one account it is taken to have no policy of its own, as most have; a key always has one, and a
  // service is asked by it alone.
  const byService = caller.type === 'service' || caller.type === 'root';
  const asksPolicy = byService || (!withoutPolicies.test(service) && (crossing || service === 'kms'));
  if (!assumes && !known.deployed && resource !== '*' && asksPolicy)
    unread.push({ kind: 'resource', name: resource, reason: 'nothing that is deployed here makes it' });
  if (byService && service === 'sns' && known.deployed && !known.policy && !isEventBridge(caller))
    unread.push({
      kind: 'resource',
      name: resource,
      reason: 'a topic without a policy takes what its own account sends',
    });
  if (known.unread) unread.push(known.unread);
  const own = assumes ? target?.trust : known.policy;
  return {
    identity: role?.identity ?? [],
    ...(role?.boundary ? { boundary: role.boundary } : {}),
    ...(own ? { resource: own } : {}),
    unread,
  };
}

/** EventBridge says nothing of the account that it sends for: SNS's own policy of a topic, which asks for it, lets it not in. */
const isEventBridge = (caller: Caller): boolean => caller.type === 'service' && caller.name === 'events.amazonaws.com';

/** What the session that calls was given when its role was assumed limits what the role may (IAM User Guide, "Session policies"). */
function withSession(applied: AppliedPolicies, { session }: ServiceCall, policies: AccountPolicies): AppliedPolicies {
  const texts = (session?.policies ?? []).map((document) => attached(document, 'session', 'session policy'));
  const managed = (session?.policyArns ?? []).map((arn) => policies.sessionPolicy(arn));
  const given = [...texts, ...managed];
  if (given.length === 0) return applied;
  return {
    ...applied,
    session: given.flatMap((one) => ('policy' in one ? [one.policy] : [])),
    unread: [...(applied.unread ?? []), ...given.flatMap((one) => ('unread' in one ? [one.unread] : []))],
  };
}

/**
 * Judges an action whose resource is only known on AWS: allowed where a statement allows it on everything, denied where none allows it on anything.
 */
export function judgeOnAnything(call: ServiceCall, policies: AccountPolicies): Judged {
  const role = policies.role(call.by);
  const judged = judge({ ...call, resource: '*' }, policies);
  if (!role || judged.decision.result === 'allowed' || judged.decision.result === 'not known') return judged;
  const { decision } = judged;
  if (decision.how === 'explicit') return judged;
  const limits = [role.identity, ...(role.boundary ? [[role.boundary]] : [])];
  const mentioned = limits.every((list) =>
    list.some(({ policy }) =>
      policy.statements.some((one) => one.effect === 'Allow' && actionMatches(one, call.action)),
    ),
  );
  if (!mentioned) return judged;
  const reasons = ['the role may do it with some resources; which one AWS would ask for is not known here'];
  return { call, decision: { result: 'not known', reasons }, text: reasons.join('; ') };
}

function callerOf({ by, session }: ServiceCall): Caller {
  const account = /^arn:[^:]+:iam::(\d+):role\//.exec(by)?.[1];
  const root = /^arn:[^:]+:iam::(\d+):root$/.exec(by)?.[1];
  if (root) return { type: 'root', account: root };
  return account
    ? { type: 'role', roleArn: by, account, sessionName: session?.name ?? 'rehearsal' }
    : { type: 'service', name: by };
}

const accountIn = (arn: string): string => /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn)?.[1] ?? '';

/** The account in the name of a bucket of `cdk bootstrap`. */
const bootstrapAccount = (arn: string): string => /^arn:[^:]+:s3:::cdk-[a-z0-9]+-assets-(\d{12})-/.exec(arn)?.[1] ?? '';

function textOf(request: AccessRequest, decision: Decision): string {
  switch (decision.result) {
    case 'denied':
      return denialText(request, decision);
    case 'not known':
      return decision.reasons.join('; ');
    case 'allowed':
      return decision.by.map(({ policy, statement }) => `${statementName(statement)} of ${policy.name}`).join(', ');
  }
}
