import { Duration } from 'aws-cdk-lib';
import { BuildEnvironmentVariableType } from 'aws-cdk-lib/aws-codebuild';
import type { IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { acknowledge, wildcard } from './acknowledge';
import { readBuildspec } from './buildspec';
import { filledBuildspec, type BuildValues } from './buildspec-text';
import type { DatabaseAccess } from './database';
import { DeliveryProject, plainVariables } from './delivery-project';
import { grantSecretsKey } from './environment-key';
import type { EnvironmentStack } from './environment-stack';
import { recipeOf } from './known-build';

/**
 * The project that migrates the database from inside its network, before a service is touched: Prisma's migrations of the api, and Alembic's
 * of the llm where its folder has an `alembic.ini`. By configuration after a named snapshot, which it may take of this one instance.
 */
export function makeMigrations(
  stack: EnvironmentStack,
  props: { readonly vpc: IVpc; readonly key: IKey; readonly clients: SecurityGroup; readonly database: DatabaseAccess },
): DeliveryProject {
  const { configuration, environment, builds } = stack.props;
  const { migrations } = builds;
  const { account, region } = environment;
  const { database } = props;
  const snapshotOf = environment.migrations.snapshot ? database.instance : undefined;
  const snapshotPrefix = `${stack.prefix}-before-migration-`;
  const secret = (field: string) => ({
    type: BuildEnvironmentVariableType.SECRETS_MANAGER,
    value: `${database.secret.secretArn}:${field}`,
  });
  const values: BuildValues = {
    commands: { ...migrations.commands },
    runtimes: migrations.runtimes,
    ...(migrations.repeatable ? { known: 'database' } : {}),
  };
  const own = {
    ...configuration.components.api.buildEnvironment,
    ...(migrations.prisma
      ? {
          PRISMA_SCHEMA: migrations.prisma.schema,
          PRISMA_MIGRATIONS: migrations.prisma.migrations,
          MIGRATIONS_DRIFT: environment.migrations.drift,
        }
      : {}),
  };
  const migrate = new DeliveryProject(stack, 'Migrate', {
    task: 'migrate',
    buildSpec: readBuildspec('migrate', values),
    key: props.key,
    vpc: props.vpc,
    securityGroups: [props.clients],
    // A snapshot of a large database takes its time, and is waited for.
    timeout: Duration.minutes(snapshotOf ? 90 : 30),
    environmentVariables: {
      ...plainVariables(own),
      ...(migrations.repeatable
        ? plainVariables({
            KNOWN_RECIPE: recipeOf([filledBuildspec('migrate', values), own]),
            KNOWN_DAYS: String(configuration.pipeline.recordDays),
          })
        : {}),
      COMPONENT_DIR: { value: migrations.prisma?.directory ?? configuration.components.api.directory },
      ...(configuration.components.llm ? { LLM_DIR: { value: configuration.components.llm.directory } } : {}),
      DB_HOST: { value: database.host },
      DB_PORT: { value: database.port },
      DB_NAME: { value: database.name },
      DB_USER: secret('username'),
      DB_PASSWORD: secret('password'),
      ...(snapshotOf ? { SNAPSHOT_OF: { value: snapshotOf }, SNAPSHOT_PREFIX: { value: snapshotPrefix } } : {}),
    },
  });
  database.secret.grantRead(migrate.project);
  if (environment.database.existing) {
    acknowledge(migrate.role, {
      [wildcard(stack, `${database.secret.secretArn}*`)]:
        'one secret, by its complete ARN: aws-cdk-lib appends the * to every name that a build reads',
    });
  }
  if (database.secretKey) grantSecretsKey(migrate.role, database.secretKey, region);
  if (snapshotOf) {
    const instance = `arn:${stack.partition}:rds:${region}:${account}:db:${snapshotOf}`;
    const snapshots = `arn:${stack.partition}:rds:${region}:${account}:snapshot:${snapshotPrefix}*`;
    migrate.role.addToPolicy(
      new PolicyStatement({
        actions: ['rds:CreateDBSnapshot', 'rds:DescribeDBSnapshots'],
        resources: [instance, snapshots],
      }),
    );
    acknowledge(migrate.role, {
      [wildcard(stack, snapshots)]:
        'snapshots of this environment’s migrations: each has the time in its name; it may take and see them, not delete or restore',
    });
  }
  return migrate;
}
