import type { ResourceToPermit } from '../../ports/resource-permission';
import type { AccountPolicies } from '../account/account-policies';
import { handlerCalls } from '../handlers/handler-calls';
import { judge, judgeOnAnything, type Judged } from './judge';

/** Judges what CloudFormation's handler of a type does to a resource, by the stack's role. */
export async function judgeResource(
  role: string,
  resource: ResourceToPermit,
  policies: AccountPolicies,
): Promise<readonly Judged[]> {
  const calls = await handlerCalls(role, resource);
  return calls.map(({ call, anything }) => (anything ? judgeOnAnything : judge)(call, policies));
}
