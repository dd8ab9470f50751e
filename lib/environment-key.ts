import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import type { EnvironmentStack } from './environment-stack';

/**
 * The environment's one key: database, cache, secrets, backups and logs. CloudWatch Logs may use it for the account's own groups only
 * (CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service").
 */
export function makeEnvironmentKey(stack: EnvironmentStack): Key {
  const key = new Key(stack, 'Key', {
    alias: `alias/${stack.prefix}`,
    description: `${stack.prefix}: database, cache, secrets, backups and logs`,
    enableKeyRotation: true,
    removalPolicy: stack.props.environment.protected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  const { account, region } = stack.props.environment;
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${region}:${account}:log-group:*` },
      },
    }),
  );
  return key;
}

/**
 * Lets a role read secrets that the key encrypts, through Secrets Manager alone. Said on the role, not in the key's policy: a policy that
 * names roles of later stacks would make the stacks depend on each other.
 */
export function grantSecretsKey(role: IRole, key: IKey, region: string): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
  );
}
