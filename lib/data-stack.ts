import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BuildEnvironmentVariableType } from 'aws-cdk-lib/aws-codebuild';
import {
  InstanceClass,
  InstanceSize,
  InstanceType,
  Port,
  SecurityGroup,
  SubnetType,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { PolicyStatement, type IRole } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { readBuildspec } from './buildspec';
import { acknowledge } from './acknowledge';
import { DeliveryProject } from './delivery-project';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';

/** Where the services find their database. */
export interface DatabaseAccess {
  readonly host: string;
  readonly port: string;
  readonly name: string;
  /** Generated and rotated by RDS; holds `username` and `password`. */
  readonly secret: ISecret;
}

/** PostgreSQL, Redis and the project that migrates the database from inside its network. */
export class DataStack extends EnvironmentStack {
  readonly database: DatabaseAccess;
  readonly redis: { readonly host: string; readonly port: string; readonly secret: ISecret };
  /** Whoever has this group may connect to PostgreSQL and Redis: the api and the migrations. */
  readonly clients: SecurityGroup;
  private readonly key: Key;

  constructor(scope: Construct, id: string, props: EnvironmentProps & { readonly vpc: IVpc }) {
    super(scope, id, props);
    const { vpc, environment, configuration } = props;
    const kept = environment.protected;
    const removalPolicy = kept ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY;
    const key = new Key(this, 'Key', {
      enableKeyRotation: true,
      description: `${this.prefix}: database, cache and their secrets`,
      removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.key = key;
    this.clients = new SecurityGroup(this, 'Clients', { vpc, description: 'May connect to PostgreSQL and Redis' });

    const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.of('17.6', '17') });
    const databaseName = configuration.project.replace(/-/g, '_');
    const instance = new DatabaseInstance(this, 'Postgres', {
      engine,
      instanceType: InstanceType.of(InstanceClass.T4G, kept ? InstanceSize.MEDIUM : InstanceSize.MICRO),
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      databaseName,
      // RDS generates the master user's secret and rotates it by itself every seven days (RDS User Guide, "Password management with Amazon RDS and AWS Secrets Manager").
      manageMasterUserPassword: true,
      credentials: Credentials.fromUsername('saiondo', { encryptionKey: key }),
      parameterGroup: new ParameterGroup(this, 'PostgresParameters', {
        engine,
        parameters: { 'rds.force_ssl': '1' },
      }),
      multiAz: kept,
      storageType: StorageType.GP3,
      allocatedStorage: kept ? 50 : 20,
      maxAllocatedStorage: kept ? 200 : 40,
      storageEncrypted: true,
      storageEncryptionKey: key,
      backupRetention: Duration.days(kept ? 15 : 1),
      deletionProtection: kept,
      deleteAutomatedBackups: !kept,
      removalPolicy,
      ...(kept ? { enablePerformanceInsights: true, performanceInsightEncryptionKey: key } : {}),
      iamAuthentication: true,
      autoMinorVersionUpgrade: true,
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: ['postgresql'],
      port: 5432,
    });
    acknowledge(instance, {
      'AwsSolutions-RDS11': 'the network is closed to all but two security groups; another port would hide nothing',
      ...(kept
        ? {}
        : {
            'AwsSolutions-RDS3': 'dev holds no data that must outlive a zone',
            'AwsSolutions-RDS10':
              'dev’s database is deleted with its stack: deleting dev leaves nothing that costs money',
          }),
    });
    instance.connections.allowFrom(this.clients, Port.tcp(5432), 'api and migrations');
    if (!instance.secret) throw new Error('RDS manages the secret of its master user');
    this.database = {
      host: instance.dbInstanceEndpointAddress,
      port: instance.dbInstanceEndpointPort,
      name: databaseName,
      secret: Secret.fromSecretCompleteArn(this, 'DatabaseSecret', instance.secret.secretArn),
    };
    this.redis = this.makeRedis(vpc, key, kept);

    const secret = (field: string) => ({
      type: BuildEnvironmentVariableType.SECRETS_MANAGER,
      value: `${this.database.secret.secretArn}:${field}`,
    });
    const migrate = new DeliveryProject(this, 'Migrate', {
      task: 'migrate',
      buildSpec: readBuildspec('migrate'),
      vpc,
      securityGroups: [this.clients],
      environmentVariables: {
        COMPONENT_DIR: { value: configuration.components.api.directory },
        DB_HOST: { value: this.database.host },
        DB_PORT: { value: this.database.port },
        DB_NAME: { value: databaseName },
        DB_USER: secret('username'),
        DB_PASSWORD: secret('password'),
      },
    });
    this.database.secret.grantRead(migrate.project);
    this.grantDecrypt(migrate.role);
  }

  private makeRedis(vpc: IVpc, key: Key, kept: boolean): DataStack['redis'] {
    const secret = new Secret(this, 'RedisAuth', {
      description: `${this.prefix}: Redis AUTH token`,
      encryptionKey: key,
      generateSecretString: { excludePunctuation: true, passwordLength: 48 },
      removalPolicy: kept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(secret, {
      'AwsSolutions-SMG4':
        'ElastiCache takes a new AUTH token only through its own API; docs/runbook.md has the rotation, in two steps without a cut',
    });
    const group = new SecurityGroup(this, 'RedisGroup', { vpc, description: 'Redis', allowAllOutbound: false });
    group.addIngressRule(this.clients, Port.tcp(6379), 'api');
    const subnets = new CfnSubnetGroup(this, 'RedisSubnets', {
      description: `${this.prefix}: Redis`,
      subnetIds: vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED }).subnetIds,
    });
    const redis = new CfnReplicationGroup(this, 'Redis', {
      replicationGroupDescription: `${this.prefix}: sessions and queues`,
      engine: 'redis',
      engineVersion: '7.1',
      cacheNodeType: kept ? 'cache.t4g.small' : 'cache.t4g.micro',
      numCacheClusters: kept ? 2 : 1,
      automaticFailoverEnabled: kept,
      multiAzEnabled: kept,
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: key.keyArn,
      authToken: secret.secretValue.unsafeUnwrap(),
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [group.securityGroupId],
      port: 6379,
      ...(kept ? { snapshotRetentionLimit: 7 } : {}),
    });
    acknowledge(redis, {
      'AwsSolutions-AEC5': 'the network is closed to all but one security group; another port would hide nothing',
      ...(kept ? {} : { 'AwsSolutions-AEC4': 'dev’s cache holds nothing that must outlive a zone' }),
    });
    return {
      host: redis.attrPrimaryEndPointAddress,
      port: redis.attrPrimaryEndPointPort,
      secret: Secret.fromSecretCompleteArn(this, 'RedisSecret', secret.secretArn),
    };
  }

  /**
   * Lets a role decrypt this stack's secrets. Said on the role, not in the key's policy: a policy that names roles of the services stack
   * would make the two stacks depend on each other.
   */
  grantDecrypt(role: IRole): void {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.key.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `secretsmanager.${this.props.environment.region}.amazonaws.com` },
        },
      }),
    );
  }
}
