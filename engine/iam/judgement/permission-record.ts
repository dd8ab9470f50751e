import type { AccountPolicies } from '../account/account-policies';
import type { CallerSession, ServiceCall } from '../calls/service-call';
import type { Judged } from './judge';
import { remedyOf, type Remedy } from './remedy';

/** A judged call as a run keeps it: a line of `permissions.jsonl` beside the run's events. */
export interface PermissionRecord {
  readonly stage: string;
  readonly pipelineAction: string;
  readonly role: string;
  /** The role's construct; the service's name where a service calls. */
  readonly construct: string;
  readonly action: string;
  readonly resource: string;
  /** The keys of the request beyond those that every request has. */
  readonly context?: ServiceCall['context'];
  /** The session that made the call, where it is known. */
  readonly session?: CallerSession;
  readonly why: string;
  readonly source: string;
  readonly result: 'allowed' | 'denied' | 'not known' | 'warning';
  /** AWS's sentence, the reasons, or the statement that allows. */
  readonly text: string;
  readonly remedy?: Remedy;
  /** AWS makes the call later than what is rehearsed: nothing failed with it. */
  readonly later?: true;
}

/** A judged call as it is kept. A call that AWS makes in some cases only warns when it is denied. */
export function recordOf(
  stage: string,
  pipelineAction: string,
  judged: Judged,
  policies: AccountPolicies,
): PermissionRecord {
  const { call, decision, text } = judged;
  const remedy = remedyOf(judged, policies);
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
    ...(remedy ? { remedy } : {}),
    ...(call.later ? { later: true } : {}),
  };
}
