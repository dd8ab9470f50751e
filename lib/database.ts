import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecurityGroupIngress, InstanceType, Port, type IVpc, type SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import {
  Credentials,
  DatabaseInsightsMode,
  DatabaseInstance,
  DatabaseInstanceEngine,
  ParameterGroup,
  PerformanceInsightRetention,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge } from './acknowledge';
import type { EnvironmentStack } from './environment-stack';
import { dataSubnets } from './data-subnets';
import { makeLogGroup } from './logs';

/** Where the services find their database. */
export interface DatabaseAccess {
  readonly host: string;
  readonly port: string;
  readonly name: string;
  /** Holds `username` and `password`. */
  readonly secret: ISecret;
  /** The key that the secret is encrypted with, where it is not Secrets Manager's own. */
  readonly secretKey?: IKey;
  /** The RDS instance's identifier: alarms, snapshots and the events of a rotation name it. */
  readonly instance?: string;
  /** What AWS Backup copies: the instance of this stack. */
  readonly backedUp?: DatabaseInstance;
}

/** What a database is made from. */
export interface DatabaseProps {
  readonly vpc: IVpc;
  readonly key: IKey;
  /** What has this group may connect. */
  readonly clients: SecurityGroup;
}

/** The environment's PostgreSQL: an instance of its own in isolated subnets, or one that is there already. */
export function makeDatabase(stack: EnvironmentStack, props: DatabaseProps): DatabaseAccess {
  return stack.props.environment.database.existing ? existingDatabase(stack, props) : ownDatabase(stack, props);
}

function existingDatabase(stack: EnvironmentStack, { clients }: DatabaseProps): DatabaseAccess {
  const { existing } = stack.props.environment.database;
  if (!existing) throw new Error('only called for a database that is there already');
  const { host, port, name, secret, secretKey, securityGroup, instance } = existing;
  if (securityGroup) {
    new CfnSecurityGroupIngress(stack, 'DatabaseIngress', {
      groupId: securityGroup,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      sourceSecurityGroupId: clients.securityGroupId,
      description: `${stack.prefix}: api, migrations and bastion`,
    });
  }
  return {
    host,
    port: String(port),
    name,
    secret: Secret.fromSecretCompleteArn(stack, 'DatabaseSecret', secret),
    ...(secretKey ? { secretKey: Key.fromKeyArn(stack, 'DatabaseSecretKey', secretKey) } : {}),
    ...(instance ? { instance } : {}),
  };
}

function ownDatabase(stack: EnvironmentStack, { vpc, key, clients }: DatabaseProps): DatabaseAccess {
  const { environment, configuration } = stack.props;
  const { engineVersion, insights, ...database } = environment.database;
  const kept = environment.protected;
  const [major = engineVersion] = engineVersion.split('.');
  const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.of(engineVersion, major) });
  const name = configuration.project.replace(/-/g, '_');
  const identifier = `${stack.prefix}-postgres`;
  // RDS would make the groups itself, without a retention and without our key.
  const logs = ['postgresql', 'upgrade'].map((type) =>
    makeLogGroup(stack, `Logs-${type}`, environment, key, `/aws/rds/instance/${identifier}/${type}`),
  );
  const instance = new DatabaseInstance(stack, 'Postgres', {
    engine,
    instanceIdentifier: identifier,
    instanceType: new InstanceType(database.instance),
    vpc,
    vpcSubnets: dataSubnets(environment),
    databaseName: name,
    // RDS generates the master user's secret and rotates it by itself every seven days (RDS User Guide, "Password management with Amazon RDS and AWS Secrets Manager").
    manageMasterUserPassword: true,
    credentials: Credentials.fromUsername('saiondo', { encryptionKey: key }),
    parameterGroup: new ParameterGroup(stack, 'PostgresParameters', {
      engine,
      description: `${stack.prefix}: TLS only, slow statements and waits for locks in the log`,
      parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '1000', log_lock_waits: '1' },
    }),
    multiAz: database.multiAz,
    storageType: StorageType.GP3,
    allocatedStorage: database.storage.allocated,
    maxAllocatedStorage: database.storage.maximum,
    storageEncrypted: true,
    storageEncryptionKey: key,
    backupRetention: Duration.days(database.backupDays),
    // While Seoul sleeps: the daily backup, then, on Sunday, what RDS maintains.
    preferredBackupWindow: '17:00-18:00',
    preferredMaintenanceWindow: 'sun:18:30-sun:19:30',
    deletionProtection: kept,
    deleteAutomatedBackups: !kept,
    removalPolicy: kept ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    ...(insights === 'off'
      ? {}
      : {
          databaseInsightsMode: insights === 'advanced' ? DatabaseInsightsMode.ADVANCED : DatabaseInsightsMode.STANDARD,
          enablePerformanceInsights: true,
          performanceInsightEncryptionKey: key,
          performanceInsightRetention:
            insights === 'advanced' ? PerformanceInsightRetention.MONTHS_15 : PerformanceInsightRetention.DEFAULT,
        }),
    iamAuthentication: true,
    autoMinorVersionUpgrade: true,
    copyTagsToSnapshot: true,
    cloudwatchLogsExports: ['postgresql', 'upgrade'],
    port: 5432,
  });
  instance.node.addDependency(...logs);
  acknowledge(instance, {
    'AwsSolutions-RDS11': 'the network is closed to all but two security groups; another port would hide nothing',
    ...(database.multiAz ? {} : { 'AwsSolutions-RDS3': 'dev holds no data that must outlive a zone' }),
    ...(kept
      ? {}
      : {
          'AwsSolutions-RDS10':
            'dev’s database is deleted with its stack: deleting dev leaves nothing that costs money',
        }),
  });
  instance.connections.allowFrom(clients, Port.tcp(5432), 'api, migrations and bastion');
  if (!instance.secret) throw new Error('RDS manages the secret of its master user');
  return {
    host: instance.dbInstanceEndpointAddress,
    port: instance.dbInstanceEndpointPort,
    name,
    secret: Secret.fromSecretCompleteArn(stack, 'DatabaseSecret', instance.secret.secretArn),
    secretKey: key,
    instance: identifier,
    backedUp: instance,
  };
}
