import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ApiEntry } from './load-balancer';
import type { EnvironmentStack } from './environment-stack';

/**
 * Rings while more than 5 % of at least 20 requests a minute get a 5xx of a task: ECS watches it during a deployment and brings the old tasks
 * back (Amazon ECS Developer Guide, "How CloudWatch alarms detect Amazon ECS deployment failures"). Its metrics are of the load balancer,
 * not of the service, which could not be made before the alarm.
 */
export function makeDeploymentAlarm(
  stack: EnvironmentStack,
  { loadBalancer, targetGroup, blueGreen }: ApiEntry,
): Alarm {
  const metric = (metricName: string): Metric =>
    new Metric({
      namespace: 'AWS/ApplicationELB',
      metricName,
      statistic: 'Sum',
      period: Duration.minutes(1),
      // With blue/green the requests move between two groups; the load balancer sees them all.
      dimensionsMap: {
        LoadBalancer: loadBalancer.loadBalancerFullName,
        ...(blueGreen ? {} : { TargetGroup: targetGroup.targetGroupFullName }),
      },
    });
  return new Alarm(stack, 'DeploymentAlarm', {
    alarmName: `${stack.prefix}-api-deployment`,
    alarmDescription: 'More than 5 % of requests fail: a running deployment of the api is rolled back',
    metric: new MathExpression({
      label: 'percent of requests answered with 5xx',
      expression: 'IF(requests >= 20, 100 * FILL(failed, 0) / requests, 0)',
      usingMetrics: { failed: metric('HTTPCode_Target_5XX_Count'), requests: metric('RequestCount') },
      period: Duration.minutes(1),
    }),
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 2,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
