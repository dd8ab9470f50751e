import { attached, type AttachedPolicy } from './read-policy';

/**
 * A key that AWS keeps for a service in an account, by its alias' ARN: everyone of the account may use it through the service, nobody else, and no service for itself (KMS
 * Developer Guide, "AWS managed keys": nobody changes its policy; the policy of `aws/s3`, `aws/sns`, `aws/sqs`, `aws/secretsmanager`, `aws/ssm`).
 */
export function awsManagedKey(
  arn: string,
): ({ readonly account: string; readonly deployed: true; readonly construct: string } & AttachedPolicy) | undefined {
  const [, region, account, service] =
    /^arn:[^:]+:kms:([^:]+):(\d{12}):alias\/aws\/(s3|sns|sqs|secretsmanager|ssm)$/.exec(arn) ?? [];
  if (!region || !account || !service) return undefined;
  const document = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` },
        },
      },
    ],
  };
  return { account, deployed: true, construct: arn, ...attached(document, 'resource', `policy of ${arn}`) };
}
