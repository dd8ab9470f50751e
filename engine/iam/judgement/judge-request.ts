import type { Principal } from '../../ports/principal';
import type { AccountPolicies } from '../account/account-policies';
import { actionFacts } from '../actions/action-data';
import type { ServiceCall } from '../calls/service-call';
import type { AskedPermission, AskedRequest } from '../requests/asked-request';
import { permissionsOf } from '../requests/request-permissions';
import { judge, judgeOnAnything, type Judged } from './judge';

const SOURCE = 'Service Authorization Reference';

/** Judges what a request to the local endpoint asks for, by the role of the session that signed it. A principal without a role is not judged. */
export async function judgeRequest(
  request: AskedRequest & { readonly principal: Principal },
  policies: AccountPolicies,
): Promise<readonly Judged[]> {
  const { principal } = request;
  if (principal.roleArn === undefined) return [];
  const base = { by: principal.roleArn, session: sessionOf(principal), why: 'as it asked for', source: SOURCE };
  const asked = permissionsOf(request);
  if ('unknown' in asked) return [notKnown({ ...base, action: `${request.service}:?`, resource: '*' }, asked.unknown)];
  const all = [...asked.permissions, ...keyPermissions(asked.permissions, policies)];
  return Promise.all(all.map((one) => judgePermission(one, base, policies)));
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

/** S3 and Secrets Manager ask the key of what they hold as the caller (KMS Developer Guide, "How Amazon S3 uses AWS KMS"; Secrets Manager User Guide, "Secret encryption and decryption"). */
function keyPermissions(asked: readonly AskedPermission[], policies: AccountPolicies): readonly AskedPermission[] {
  const needs: Readonly<Record<string, string>> = {
    's3:GetObject': 'kms:Decrypt',
    's3:GetObjectVersion': 'kms:Decrypt',
    's3:PutObject': 'kms:GenerateDataKey',
    'secretsmanager:GetSecretValue': 'kms:Decrypt',
  };
  return asked.flatMap(({ action, resource }) => {
    const key = resource === undefined ? undefined : policies.resource(resource).key;
    const own = needs[action];
    if (key === undefined || own === undefined) return [];
    const via = `${action.split(':')[0] ?? ''}.${key.split(':')[3] ?? ''}.amazonaws.com`;
    return [{ action: own, resource: key, context: { 'kms:ViaService': via } }];
  });
}

function sessionOf({ arn, session }: Principal): NonNullable<ServiceCall['session']> {
  return { name: arn.split('/').at(-1) ?? '', ...session };
}

function notKnown(call: ServiceCall, reason: string): Judged {
  return { call, decision: { result: 'not known', reasons: [reason] }, text: reason };
}
