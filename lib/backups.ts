import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import { acknowledge } from './acknowledge';
import type { EnvironmentStack } from './environment-stack';

/**
 * AWS Backup of the database, daily and monthly, in a vault of its own: it outlives the instance, its stack and what RDS keeps by itself. With a
 * lock nobody shortens or deletes a copy early.
 */
export function makeBackups(
  stack: EnvironmentStack,
  { key, database }: { readonly key: IKey; readonly database: DatabaseInstance },
): void {
  const { backups } = stack.props.environment;
  const { vaultLock: lock } = backups;
  const vault = new BackupVault(stack, 'BackupVault', {
    backupVaultName: stack.prefix,
    encryptionKey: key,
    removalPolicy: stack.props.environment.protected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    ...(lock
      ? {
          lockConfiguration: {
            minRetention: Duration.days(lock.minimumDays),
            maxRetention: Duration.days(lock.maximumDays),
            ...(lock.graceDays === undefined ? {} : { changeableFor: Duration.days(lock.graceDays) }),
          },
        }
      : {}),
  });
  const plan = new BackupPlan(stack, 'BackupPlan', {
    backupPlanName: stack.prefix,
    backupVault: vault,
    backupPlanRules: [
      new BackupPlanRule({
        ruleName: 'daily',
        scheduleExpression: Schedule.cron({ hour: '20', minute: '0' }),
        deleteAfter: Duration.days(backups.dailyDays),
      }),
      new BackupPlanRule({
        ruleName: 'monthly',
        scheduleExpression: Schedule.cron({ day: '1', hour: '21', minute: '0' }),
        deleteAfter: Duration.days(backups.monthlyDays),
      }),
    ],
  });
  const selection = plan.addSelection('Database', { resources: [BackupResource.fromRdsDatabaseInstance(database)] });
  acknowledge(selection, {
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup]':
      'AWS Backup’s own policy, which AWS keeps in step with what the service calls; only backup.amazonaws.com assumes the role',
  });
}
