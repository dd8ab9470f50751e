import type { Decision } from '../../engine/iam/decision/evaluate';
import type { RandomRequest } from './random-request';

/**
 * A difference between the two evaluations that AWS's documentation decides for ours. It is shown, not asserted: by AWS's page the second opinion has to
 * decide the rewritten request as the given one, and for the rewritten one it does say what we say.
 */
export interface Explained {
  readonly name: string;
  /** What AWS says, and where. */
  readonly page: string;
  /** The same request in words that the second opinion reads as AWS does. */
  readonly rewrite: (request: RandomRequest, decision: Decision) => RandomRequest;
}

type Json = Record<string, unknown>;

/** Every text of the policies, changed. */
function texts(request: RandomRequest, change: (text: string) => string | string[]): RandomRequest {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.flatMap(walk);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]));
    }
    return value;
  };
  const { identity, boundary, session, resourcePolicy } = request;
  return { ...request, ...(walk({ identity, boundary, session, resourcePolicy }) as Json) } as RandomRequest;
}

/** Whether the resource's policy names the caller itself, or everyone. */
function grantedDirectly({ caller }: RandomRequest, decision: Decision): boolean {
  return (
    decision.result === 'allowed' &&
    decision.by.some(
      ({ statement: { principal } }) =>
        principal !== undefined && (principal === '*' || principal.AWS.includes(caller)),
    )
  );
}

function allowAll(request: RandomRequest, kind: 'session' | 'boundary'): RandomRequest {
  const policy = request[kind] ?? { Version: '2012-10-17', Statement: [] };
  return {
    ...request,
    [kind]: {
      ...policy,
      Statement: [...(policy.Statement as Json[]), { Effect: 'Allow', Action: '*', Resource: '*' }],
    },
  };
}

/** Every statement, changed. */
function statements(request: RandomRequest, change: (statement: Json) => Json): RandomRequest {
  const of = (policy: Json): Json => ({ ...policy, Statement: (policy.Statement as Json[]).map(change) });
  const { identity, boundary, session, resourcePolicy } = request;
  return {
    ...request,
    identity: identity.map(of),
    ...(boundary ? { boundary: of(boundary) } : {}),
    ...(session ? { session: of(session) } : {}),
    ...(resourcePolicy ? { resourcePolicy: of(resourcePolicy) } : {}),
  };
}

/** Differences by name. An entry that explains nothing any more fails the long test. */
export const explained: readonly Explained[] = [
  {
    name: '0.0.0.0/0 holds every IPv4 address',
    page: 'IAM User Guide, "IAM JSON policy elements: Condition operators", IP address: values are in CIDR format (RFC 4632); a prefix of no bits is in every address',
    rewrite: (request) => texts(request, (text) => (text === '0.0.0.0/0' ? ['0.0.0.0/1', '128.0.0.0/1'] : text)),
  },
  {
    name: 'a date may be seconds since 1970',
    page: 'IAM User Guide, "IAM JSON policy elements: Condition operators", Date: ISO 8601 or epoch (UNIX) time',
    rewrite: (request) => texts(request, (text) => (text === '1767225600' ? '2026-01-01T00:00:00Z' : text)),
  },
  {
    name: 'an address is not in a range of the other family',
    page: 'IAM User Guide, "IAM JSON policy elements: Condition operators", IP address: NotIpAddress is every address but those of the range',
    rewrite: (request) =>
      texts(request, (text) => {
        const address = request.context['aws:SourceIp'];
        if (!/^[0-9a-f:.]+(\/\d+)?$/.test(text) || !/[.:].*[.:]/.test(text) || typeof address !== 'string') return text;
        return text.includes(':') === address.includes(':')
          ? text
          : address.includes(':')
            ? 'ffff::/16'
            : '255.0.0.0/8';
      }),
  },
  {
    name: 'IfExists is true for a key that is not there, with ForAnyValue too',
    page: 'IAM User Guide, "IAM JSON policy elements: Condition operators", ...IfExists: if the key is not present, evaluate the condition element as true; any operator but Null may have it',
    rewrite: (request) =>
      statements(request, ({ Condition, ...rest }) => {
        const kept = Object.entries((Condition ?? {}) as Record<string, Json>).filter(
          ([operator, keys]) =>
            !/^ForAnyValue:.*IfExists$/.test(operator) || Object.keys(keys).some((key) => key in request.context),
        );
        return Condition ? { ...rest, Condition: Object.fromEntries(kept) } : rest;
      }),
  },
  {
    name: 'a policy of version 2008-10-17 has no variables',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags": earlier versions treat variables as literal strings',
    rewrite: (request) => {
      const of = (policy: Json): Json =>
        policy.Version === '2008-10-17'
          ? (JSON.parse(JSON.stringify(policy).replaceAll('${', '2008{')) as Json)
          : policy;
      const { identity, boundary, session, resourcePolicy } = request;
      return {
        ...request,
        identity: identity.map(of),
        ...(boundary ? { boundary: of(boundary) } : {}),
        ...(session ? { session: of(session) } : {}),
        ...(resourcePolicy ? { resourcePolicy: of(resourcePolicy) } : {}),
      };
    },
  },
  {
    name: 'a variable without a value equals nothing: negated operators and NotResource match',
    page: 'IAM User Guide, "IAM policy elements: Variables and tags", Policy variables with no value',
    rewrite: (request) =>
      texts(request, (text) => {
        const [, key] = /\$\{([^,}]+)\}/.exec(text) ?? [];
        if (key === undefined || key === '*' || key in request.context) return text;
        return text.startsWith('arn:') ? 'arn:aws:s3:::nothing-equals-this' : 'nothing-equals-this';
      }),
  },
  {
    name: 'what is granted to everyone or to the session itself is not limited by a session policy',
    page: 'IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", IAM role session',
    rewrite: (request, decision) =>
      request.session && grantedDirectly(request, decision) ? allowAll(request, 'session') : request,
  },
];

/** A request in words that the second opinion reads as AWS does, and which entries that took. */
export function inOtherWords(
  request: RandomRequest,
  decision: Decision,
): { readonly request: RandomRequest; readonly by: readonly string[] } {
  const by: string[] = [];
  let now = request;
  for (const { name, rewrite } of explained) {
    const next = rewrite(now, decision);
    if (JSON.stringify(next) !== JSON.stringify(now)) by.push(name);
    now = next;
  }
  return { request: now, by };
}
