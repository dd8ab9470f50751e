import type { AccountPolicies } from '../account/account-policies';
import type { ServiceCall } from '../calls/service-call';

/**
 * What a service asks of the key of what it holds, as who reads or writes it (KMS Developer Guide, "How Amazon S3 uses AWS KMS"; Secrets Manager User Guide,
 * "Secret encryption and decryption"; Amazon SNS Developer Guide, "Key management"; Amazon SQS Developer Guide, "Key management").
 */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  's3:GetObject': ['kms:Decrypt'],
  's3:GetObjectVersion': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
  'sns:Publish': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'sqs:ReceiveMessage': ['kms:Decrypt'],
};

/** The calls that a call brings with it, of the key that its resource is encrypted with. */
export function keyCalls(call: Pick<ServiceCall, 'by' | 'action' | 'resource' | 'context'>, policies: AccountPolicies) {
  const needed = NEEDED[call.action];
  const key = needed === undefined ? undefined : policies.resource(call.resource).key;
  if (needed === undefined || key === undefined) return [];
  const [service = ''] = call.action.split(':');
  const via = `${service}.${key.split(':')[3] ?? ''}.amazonaws.com`;
  // Of a service's own call KMS hears the service; of a role's the service that the role asked.
  const context = { ...call.context, ...(call.by.startsWith('arn:') ? { 'kms:ViaService': via } : {}) };
  return needed.map((action) => ({ action, resource: key, context, content: call.resource }));
}

/** Calls, each with those of the key of what it reads or writes. */
export function withKeyCalls<Call extends ServiceCall>(
  calls: readonly Call[],
  policies: AccountPolicies,
): readonly Call[] {
  return calls.flatMap((call) => [
    call,
    ...keyCalls(call, policies).map((own) => ({ ...call, ...own, why: `${call.why}: its key` })),
  ]);
}
