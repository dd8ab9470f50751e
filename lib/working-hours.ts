import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { EnvironmentProps } from './environment-stack';
import type { Observed } from './observed';

/**
 * Starts an environment's services and database in the morning and stops them in the evening. EventBridge Scheduler calls the two APIs
 * itself (EventBridge Scheduler User Guide, "Using universal targets"): no function of ours to keep. RDS starts a stopped database by
 * itself after seven days, so it is stopped every evening, not only on working days.
 */
export class WorkingHours extends Construct {
  constructor(scope: Construct, id: string, props: EnvironmentProps & { prefix: string; observed: Observed }) {
    super(scope, id);
    const { hours } = props.environment.cost;
    if (!hours) return;
    const { observed, prefix, environment } = props;
    const { account, region } = Stack.of(this);
    const role = new Role(this, 'Role', {
      roleName: `${prefix}-working-hours`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const databases = observed.databases.map((database) => database.ref);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ecs:UpdateService'],
        resources: observed.services.map((service) => service.serviceArn),
      }),
    );
    if (databases.length > 0)
      role.addToPolicy(
        new PolicyStatement({
          actions: ['rds:StartDBInstance', 'rds:StopDBInstance'],
          resources: databases.map((name) => `arn:aws:rds:${region}:${account}:db:${name}`),
        }),
      );

    const at = (clock: string, days: string): string => {
      const [hour = '', minute = ''] = clock.split(':');
      return `cron(${Number(minute)} ${Number(hour)} ? * ${days} *)`;
    };
    const call = (name: string, when: string, target: string, input: object): void => {
      new CfnSchedule(this, name, {
        name: `${prefix}-${name.toLowerCase()}`,
        scheduleExpression: when,
        scheduleExpressionTimezone: hours.timeZone,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: `arn:aws:scheduler:::aws-sdk:${target}`,
          roleArn: role.roleArn,
          input: Stack.of(this).toJsonString(input),
          retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3600 },
        },
      });
    };
    const morning = at(hours.start, hours.days.join(','));
    const evening = at(hours.stop, '*');
    databases.forEach((DbInstanceIdentifier, n) => {
      call(`Start-Database${n}`, morning, 'rds:startDBInstance', { DbInstanceIdentifier });
      call(`Stop-Database${n}`, evening, 'rds:stopDBInstance', { DbInstanceIdentifier });
    });
    for (const service of observed.services) {
      const of = { Cluster: service.cluster.clusterName, Service: service.serviceName };
      const DesiredCount = environment.services.minTasks ?? 1;
      call(`Start-${service.node.id}`, morning, 'ecs:updateService', { ...of, DesiredCount });
      call(`Stop-${service.node.id}`, evening, 'ecs:updateService', { ...of, DesiredCount: 0 });
    }
  }
}
