import type { AccountPolicies } from '../account/account-policies';
import type { ServiceCall } from '../calls/service-call';

/** What a service binds the content of a resource to, by service: the key of the encryption context, with the resource's ARN as its value. */
const BOUND: Readonly<Record<string, string>> = {
  // Amazon S3 User Guide, "Specifying server-side encryption with AWS KMS": the object's ARN, with a bucket key the bucket's.
  s3: 'aws:s3:arn',
  // AWS Secrets Manager User Guide, "Secret encryption and decryption": "Encryption context".
  secretsmanager: 'SecretARN',
  // AWS Systems Manager User Guide, "How AWS Systems Manager Parameter Store uses AWS KMS".
  ssm: 'PARAMETER_ARN',
  // Amazon SNS Developer Guide, "Key management"; Amazon SQS Developer Guide, "Key management": "Encryption context".
  sns: 'aws:sns:topicArn',
  sqs: 'aws:sqs:arn',
};

/** The keys of a call of KMS (KMS Developer Guide, "AWS KMS condition keys"). @param callerAccount empty where the caller has none */
export function keyContext(
  { resource, content = '' }: ServiceCall,
  callerAccount: string,
  policies: AccountPolicies,
): Readonly<Record<string, string | readonly string[]>> {
  const service = content.split(':')[2] ?? '';
  const bound = BOUND[service];
  const { bucketKey, deployed } = policies.resource(content);
  const known = bound !== undefined && (service !== 's3' || deployed);
  const value = service === 's3' && bucketKey ? (content.split('/')[0] ?? '') : content;
  return {
    'kms:ResourceAliases': policies.aliasesOf(policies.keyOf(resource)),
    // A service that asks for itself has neither: it is of no account, and goes through no other service.
    ...(callerAccount ? { 'kms:CallerAccount': callerAccount } : { 'kms:CallerAccount': [], 'kms:ViaService': [] }),
    ...(known ? { [`kms:EncryptionContext:${bound}`]: value } : {}),
  };
}
