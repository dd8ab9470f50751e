import { RemovalPolicy } from 'aws-cdk-lib';
import { Port, SecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge } from './acknowledge';
import { dataSubnets } from './data-subnets';
import type { EnvironmentStack } from './environment-stack';

/** Where the api finds Redis. */
export interface CacheAccess {
  readonly host: string;
  readonly port: string;
  /** The AUTH token, as the whole text of the secret. */
  readonly secret: ISecret;
  /** The replication group's id: alarms name it. */
  readonly replicationGroup: string;
}

/** ElastiCache for Redis: TLS and an AUTH token, in isolated subnets; with replicas it fails over to another zone. */
export function makeCache(
  stack: EnvironmentStack,
  { vpc, key, clients }: { readonly vpc: IVpc; readonly key: IKey; readonly clients: SecurityGroup },
): CacheAccess {
  const { cache, protected: kept } = stack.props.environment;
  const secret = new Secret(stack, 'RedisAuth', {
    description: `${stack.prefix}: Redis AUTH token`,
    encryptionKey: key,
    generateSecretString: { excludePunctuation: true, passwordLength: 48 },
    removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'ElastiCache takes a new AUTH token only through its own API; docs/runbook.md has the rotation, in two steps without a cut',
  });
  const group = new SecurityGroup(stack, 'RedisGroup', { vpc, description: 'Redis', allowAllOutbound: false });
  group.addIngressRule(clients, Port.tcp(6379), 'api');
  const subnets = new CfnSubnetGroup(stack, 'RedisSubnets', {
    description: `${stack.prefix}: Redis`,
    subnetIds: vpc.selectSubnets(dataSubnets(stack.props.environment)).subnetIds,
  });
  const failsOver = cache.replicas > 0;
  const redis = new CfnReplicationGroup(stack, 'Redis', {
    replicationGroupDescription: `${stack.prefix}: sessions and queues`,
    engine: 'redis',
    engineVersion: '7.1',
    cacheNodeType: `cache.${cache.node}`,
    numCacheClusters: cache.replicas + 1,
    automaticFailoverEnabled: failsOver,
    multiAzEnabled: failsOver,
    transitEncryptionEnabled: true,
    transitEncryptionMode: cache.tls,
    atRestEncryptionEnabled: true,
    kmsKeyId: key.keyArn,
    authToken: secret.secretValue.unsafeUnwrap(),
    cacheSubnetGroupName: subnets.ref,
    securityGroupIds: [group.securityGroupId],
    port: 6379,
    snapshotWindow: '16:00-17:00',
    preferredMaintenanceWindow: 'sun:19:30-sun:20:30',
    ...(kept ? { snapshotRetentionLimit: 7 } : {}),
  });
  redis.applyRemovalPolicy(kept ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY);
  acknowledge(redis, {
    'AwsSolutions-AEC5': 'the network is closed to all but one security group; another port would hide nothing',
    ...(failsOver ? {} : { 'AwsSolutions-AEC4': 'dev’s cache holds nothing that must outlive a zone' }),
  });
  return {
    host: redis.attrPrimaryEndPointAddress,
    port: redis.attrPrimaryEndPointPort,
    secret: Secret.fromSecretCompleteArn(stack, 'RedisSecret', secret.secretArn),
    replicationGroup: redis.ref,
  };
}
