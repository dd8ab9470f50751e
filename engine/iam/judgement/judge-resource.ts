import type { ResourceToPermit } from '../../ports/resource-permission';
import type { AccountPolicies } from '../account/account-policies';
import { handlerCalls } from '../handlers/handler-calls';
import { isJudged } from '../handlers/handler-permissions';
import { judge, judgeOnAnything, type Judged } from './judge';

/** Judges what CloudFormation's handler of a type does to a resource, by the stack's role. */
export async function judgeResource(
  role: string,
  resource: ResourceToPermit,
  policies: AccountPolicies,
): Promise<readonly Judged[]> {
  if (!isJudged(resource.type)) return [ofUnknownType(role, resource, policies)];
  const calls = await handlerCalls(role, resource);
  return calls.map(({ call, anything }) => (anything ? judgeOnAnything : judge)(call, policies));
}

/** CloudFormation's registry lists no permissions of the type: a role that may do everything may do this too, of every other it is not known. */
function ofUnknownType(
  by: string,
  { type, logicalId, operation }: ResourceToPermit,
  policies: AccountPolicies,
): Judged {
  const service = (type.split('::')[1] ?? '').toLowerCase();
  const call = {
    ...{ by, session: { name: 'AWSCloudFormation' }, action: `${service}:?`, resource: '*' },
    why: `to ${operation} ${logicalId} (${type})`,
    source: 'the schema of the type in CloudFormation’s registry, "handlers"',
  };
  const judged = judge(call, policies);
  if (judged.decision.result === 'allowed') return judged;
  const reason = `CloudFormation’s registry lists no permissions of ${type}`;
  return { call, decision: { result: 'not known', reasons: [reason] }, text: reason };
}
