import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import type { AccountPolicies } from '../account/account-policies';
import type { StandingCall } from '../calls/standing-call';
import { standingCalls } from '../calls/standing-calls';
import { judge, judgeOnAnything, type Judged } from './judge';
import { withKeyCalls } from './key-calls';

/** A judged call of a service for a deployed resource. */
export interface JudgedStanding extends Judged {
  readonly call: StandingCall;
}

/** Judges what AWS's services call for a deployed resource, whether an action runs or not. @param stackRole the role that CloudFormation deploys it with */
export function judgeStanding(
  resource: ResourceOfStack,
  policies: AccountPolicies,
  ledger: Pick<StackLedger, 'resources'>,
  stackRole?: string,
): readonly JudgedStanding[] {
  const calls = standingCalls({ resource, ledger, ...(stackRole ? { stackRole } : {}) });
  const all = withKeyCalls(calls, policies).map((call) =>
    call.atDeployment ? call : { ...call, later: true as const },
  );
  return all.map((call) => judgeCall(call, policies));
}

function judgeCall(call: StandingCall, policies: AccountPolicies): JudgedStanding {
  const judged = call.anything ? judgeOnAnything(call, policies) : judge(call, policies);
  if (judged.decision.result !== 'denied' || call.orBy === undefined) return { ...judged, call };
  const other = judge({ ...call, by: call.orBy }, policies);
  return { ...(other.decision.result === 'denied' ? judged : other), call };
}
