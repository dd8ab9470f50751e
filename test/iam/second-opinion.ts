import { runSimulation } from '@cloud-copilot/iam-simulate';
import { evaluate, type Decision } from '../../engine/iam/decision/evaluate';
import { parsePolicy } from '../../engine/iam/policy/parse-policy';
import type { Caller } from '../../engine/iam/decision/request';
import type { DocumentKind } from '../../engine/iam/policy/policy';
import type { NamedPolicy } from '../../engine/iam/decision/evaluate';
import type { RandomRequest } from './random-request';

/** What the engine says of a request. */
export function ours(request: RandomRequest): Decision {
  const named = (document: unknown, kind: DocumentKind, name: string): NamedPolicy => {
    const parsed = parsePolicy(document, kind);
    if (!parsed.policy) throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
    return { name, policy: parsed.policy };
  };
  const trust = request.action === 'sts:AssumeRole';
  return evaluate(
    {
      caller: callerOf(request.caller),
      action: request.action,
      resource: request.resource,
      resourceAccount: request.resourceAccount,
      context: {
        values: new Map(
          Object.entries(request.context).map(([key, value]) => [
            key.toLowerCase(),
            typeof value === 'string' ? [value] : value,
          ]),
        ),
      },
    },
    {
      identity: request.identity.map((document, i) => named(document, 'identity', `identity ${i}`)),
      ...(request.boundary ? { boundary: named(request.boundary, 'identity', 'boundary') } : {}),
      ...(request.session && request.caller.includes(':assumed-role/')
        ? { session: [named(request.session, 'identity', 'session')] }
        : {}),
      ...(request.resourcePolicy
        ? { resource: named(request.resourcePolicy, trust ? 'trust' : 'resource', 'resource') }
        : {}),
    },
  );
}

function callerOf(arn: string): Caller {
  const [, account = '', role = '', sessionName = ''] =
    /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  return account
    ? { type: 'role', roleArn: `arn:aws:iam::${account}:role/${role}`, account, sessionName }
    : { type: 'user', arn, account: arn.split(':')[4] ?? '' };
}

/** What `@cloud-copilot/iam-simulate` says of it, in our words, and the keys that it leaves out because the action does not take them. */
export async function theirs(
  request: RandomRequest,
): Promise<{ readonly says: string; readonly ignored: readonly string[] }> {
  const answer = await runSimulation(
    {
      request: {
        principal: request.caller,
        action: request.action,
        resource: { resource: request.resource, accountId: request.resourceAccount },
        contextVariables: request.context as Record<string, string | string[]>,
      },
      identityPolicies: request.identity.map((policy, i) => ({ name: `identity ${i}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(request.resourcePolicy ? { resourcePolicy: request.resourcePolicy } : {}),
      ...(request.boundary ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: request.boundary }] } : {}),
      ...(request.session && request.caller.includes(':assumed-role/') ? { sessionPolicy: request.session } : {}),
    },
    { simulationMode: 'Strict' },
  );
  if (answer.resultType !== 'single') return { says: JSON.stringify(answer), ignored: [] };
  const words = { Allowed: 'allowed', ExplicitlyDenied: 'denied explicit', ImplicitlyDenied: 'denied implicit' };
  return { says: words[answer.overallResult], ignored: answer.result.ignoredContextKeys ?? [] };
}

/** A request without some keys. */
export function without(request: RandomRequest, keys: readonly string[]): RandomRequest {
  return {
    ...request,
    context: Object.fromEntries(Object.entries(request.context).filter(([key]) => !keys.includes(key))),
  };
}

/** A decision as the second opinion words it. */
export function worded(decision: Decision): string {
  return decision.result === 'denied' ? `denied ${decision.how}` : decision.result;
}
