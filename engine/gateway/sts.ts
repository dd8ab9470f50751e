import { randomBytes } from 'node:crypto';
import type { AwsHandler, AwsRequest, AwsResponse } from '../ports/aws-request';
import type { Principal } from '../ports/principal';
import { parsePolicy } from '../iam/policy/parse-policy';
import { notAnsweredWords, RefusedRequest } from './aws-error';
import { sessionPrincipal, type Credentials } from './credentials';

/** Seconds of a role's session: 15 minutes to 12 hours; one hour where a role assumes the next (STS API Reference, AssumeRole). */
const SECONDS = { least: 900, usual: 3600, most: 43_200, chained: 3600 } as const;

/**
 * STS: who a caller is, and credentials of the roles that it assumes. What assumes a role acts in the role's account. Whether it may, the gateway has asked
 * before. A federation's tokens are refused by name: nobody here could check them.
 */
export function stsHandler(credentials: Credentials): AwsHandler {
  return (request) => {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const { principal, operation } = request;
    switch (operation) {
      case 'GetCallerIdentity':
        return answer(operation, { Arn: principal.arn, UserId: principal.userId, Account: principal.account });
      case 'AssumeRole':
        return assumeRole(credentials, request, form);
      case 'GetSessionToken': {
        const made = credentials.issue(principal, secondsOf(form, SECONDS.most));
        return answer(operation, { Credentials: memberOf(made) });
      }
      default:
        throw new RefusedRequest(
          'not answered',
          notAnsweredWords(request, 'A rehearsal answers GetCallerIdentity, AssumeRole and GetSessionToken'),
        );
    }
  };
}

function assumeRole(
  credentials: Credentials,
  { principal, operation }: AwsRequest,
  form: URLSearchParams,
): AwsResponse {
  const arn = form.get('RoleArn') ?? '';
  const session = form.get('RoleSessionName') ?? '';
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(arn))
    return invalid(`${arn.slice(0, 200)} is invalid`);
  if (!/^[\w+=,.@-]{2,64}$/.test(session))
    return invalid(
      `1 validation error detected: Value '${session.slice(0, 80)}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  const most = principal.roleArn === undefined ? SECONDS.most : SECONDS.chained;
  const limits = limitsIn(form);
  if ('problem' in limits) return invalid(limits.problem, 'MalformedPolicyDocument');
  const role: Principal = {
    ...sessionPrincipal(arn, session, {
      kind: principal.kind,
      source: principal,
      ...(principal.actor === undefined ? {} : { actor: principal.actor }),
    }),
    ...limits,
  };
  const made = credentials.issue(role, secondsOf(form, most));
  return answer(operation, {
    AssumedRoleUser: { Arn: role.arn, AssumedRoleId: role.userId },
    Credentials: memberOf(made),
  });
}

/** What a session is limited to (STS API Reference, AssumeRole: `Policy`, `PolicyArns.member.N`). A policy that IAM would not take is refused with its place. */
function limitsIn(form: URLSearchParams): Pick<Principal, 'session'> | { readonly problem: string } {
  const policy = form.get('Policy');
  const policyArns = [...form].flatMap(([name, value]) => (/^PolicyArns\.member\.\d+\.arn$/.test(name) ? [value] : []));
  const tags = tagsIn(form);
  if (policy === null && policyArns.length === 0 && Object.keys(tags).length === 0) return {};
  const [problem] = policy === null ? [] : (parsePolicy(policy, 'identity').problems ?? []);
  if (problem) {
    const { message, detail, path, line } = problem;
    return {
      problem: `${message} (${[line === undefined ? '' : `line ${line}`, path].filter(Boolean).join(', ') || 'Policy'}: ${detail})`,
    };
  }
  return {
    session: {
      ...(policy === null ? {} : { policies: [policy] }),
      ...(policyArns.length > 0 ? { policyArns } : {}),
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    },
  };
}

/** The tags of a session (`Tags.member.N.Key`, `Tags.member.N.Value`). */
function tagsIn(form: URLSearchParams): Record<string, string> {
  const named = [...form].flatMap(([name, key]) => {
    const number = /^Tags\.member\.(\d+)\.Key$/.exec(name)?.[1];
    return number === undefined ? [] : [[key, form.get(`Tags.member.${number}.Value`) ?? ''] as const];
  });
  return Object.fromEntries(named);
}

function secondsOf(form: URLSearchParams, most: number): number {
  const asked = Number(form.get('DurationSeconds') ?? SECONDS.usual);
  return Math.min(Math.max(Number.isFinite(asked) ? asked : SECONDS.usual, SECONDS.least), most);
}

function memberOf(made: ReturnType<Credentials['issue']>): Record<string, string> {
  return {
    AccessKeyId: made.accessKeyId,
    SecretAccessKey: made.secretAccessKey,
    SessionToken: made.sessionToken ?? '',
    Expiration: (made.expiration ?? new Date(Date.now() + SECONDS.usual * 1000)).toISOString(),
  };
}

type Member = string | { readonly [name: string]: Member };

function answer(action: string, result: Readonly<Record<string, Member>>): AwsResponse {
  const body = `<${action}Result>${xml(result)}</${action}Result><ResponseMetadata><RequestId>${requestId()}</RequestId></ResponseMetadata>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${body}</${action}Response>`,
  };
}

function invalid(message: string, code = 'ValidationError'): AwsResponse {
  return {
    status: 400,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>${requestId()}</RequestId></ErrorResponse>`,
  };
}

function xml(member: Member): string {
  if (typeof member === 'string') return escaped(member);
  return Object.entries(member)
    .map(([name, value]) => `<${name}>${xml(value)}</${name}>`)
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

function requestId(): string {
  return randomBytes(16).toString('hex');
}
