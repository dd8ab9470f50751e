import type { PermissionRecord } from '../../../model/permission-record';
import type { AccountPolicies } from '../account/account-policies';
import type { Judged } from './judge';
import { exercisedBy } from './role-grants';
import { remedyOf } from './remedy';

/** A judged call as it is kept. A call that AWS makes in some cases only warns when it is denied. */
export function recordOf(
  stage: string,
  pipelineAction: string,
  judged: Judged,
  policies: AccountPolicies,
): PermissionRecord {
  const { call, decision, text } = judged;
  const remedy = remedyOf(judged, policies);
  const exercised = exercisedBy(judged, policies.role(call.by));
  const warns = decision.result === 'denied' && call.optional !== undefined;
  return {
    stage,
    pipelineAction,
    role: call.by,
    construct: policies.role(call.by)?.construct ?? call.by,
    action: call.action,
    resource: call.resource,
    ...(call.context ? { context: call.context } : {}),
    ...(call.session ? { session: call.session } : {}),
    why: call.why,
    source: call.source,
    result: warns ? 'warning' : decision.result,
    text: warns ? `${text} (${call.optional ?? ''})` : text,
    ...(exercised.length > 0 ? { exercised } : {}),
    ...(remedy ? { remedy } : {}),
    ...(call.later ? { later: true } : {}),
  };
}
