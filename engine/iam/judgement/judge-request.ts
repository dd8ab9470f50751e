import type { Principal } from '../../ports/principal';
import type { AccountPolicies } from '../account/account-policies';
import { actionFacts } from '../actions/action-data';
import type { ServiceCall } from '../calls/service-call';
import type { AskedPermission, AskedRequest } from '../requests/asked-request';
import { permissionsOf } from '../requests/request-permissions';
import { judge, judgeOnAnything, type Judged } from './judge';
import { keyCalls } from './key-calls';

const SOURCE = 'Service Authorization Reference';

/** Judges what a request to the local endpoint asks for, by the role of the session that signed it. A principal without a role is not judged. */
export async function judgeRequest(
  request: AskedRequest & { readonly principal: Principal },
  policies: AccountPolicies,
): Promise<readonly Judged[]> {
  const { principal } = request;
  if (principal.roleArn === undefined) return [];
  const base = {
    ...{ by: principal.roleArn, session: sessionOf(principal), why: 'as it asked for', source: SOURCE },
    // A session of another role may be that of a build in a network.
    inNetwork: policies.hasNetworks(),
  };
  const asked = permissionsOf(request);
  if ('unknown' in asked) return [notKnown({ ...base, action: `${request.service}:?`, resource: '*' }, asked.unknown)];
  const all = asked.permissions.flatMap((one) => [one, ...ofTheKey(one, base, policies)]);
  return Promise.all(all.map((one) => judgePermission(one, base, policies)));
}

function ofTheKey(
  { action, resource }: AskedPermission,
  { by }: Pick<ServiceCall, 'by'>,
  policies: AccountPolicies,
): readonly AskedPermission[] {
  return resource === undefined ? [] : keyCalls({ by, action, resource }, policies);
}

async function judgePermission(
  { action, resource, context }: AskedPermission,
  base: Omit<ServiceCall, 'action' | 'resource'>,
  policies: AccountPolicies,
): Promise<Judged> {
  const call = { ...base, action, resource: resource ?? '*', ...(context ? { context } : {}) };
  const facts = await actionFacts(action);
  if (!facts) return notKnown(call, `AWS publishes no action ${action}`);
  if (facts.wildcardOnly) return judge({ ...call, resource: '*' }, policies);
  return resource === undefined ? judgeOnAnything(call, policies) : judge(call, policies);
}

function sessionOf({ arn, session }: Principal): NonNullable<ServiceCall['session']> {
  return { name: arn.split('/').at(-1) ?? '', ...session };
}

function notKnown(call: ServiceCall, reason: string): Judged {
  return { call, decision: { result: 'not known', reasons: [reason] }, text: reason };
}
