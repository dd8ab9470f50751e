import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { runbookLink } from './alarm-spec';
import type { EnvironmentStack } from './environment-stack';
import type { ServiceName } from './images';
import type { ApiEntry } from './load-balancer';

/** The metrics that an expression names. */
type Metrics = Readonly<Record<string, Metric>>;

/** Rings while more than 5 % of the api's answers, of at least 20 a minute, are errors of its own: the load balancer counts them. */
export function makeApiDeploymentAlarm(
  stack: EnvironmentStack,
  { loadBalancer, targetGroup, blueGreen }: ApiEntry,
): Alarm {
  const metric = (metricName: string): Metric =>
    sumOfAMinute('AWS/ApplicationELB', metricName, {
      LoadBalancer: loadBalancer.loadBalancerFullName,
      // With blue/green the requests move between two groups; the load balancer sees them all.
      ...(blueGreen ? {} : { TargetGroup: targetGroup.targetGroupFullName }),
    });
  return makeDeploymentAlarm(stack, 'api', 'IF(requests >= 20, 100 * FILL(failed, 0) / requests, 0)', {
    failed: metric('HTTPCode_Target_5XX_Count'),
    requests: metric('RequestCount'),
  });
}

/**
 * The same of the llm, which has no load balancer: Service Connect counts what the api, its only client, is answered. Its codes have the client
 * as `ServiceName`, and the port's name as discovery name where a service gives no other (Amazon ECS Developer Guide, "Amazon ECS CloudWatch metrics").
 */
export function makeLlmDeploymentAlarm(stack: EnvironmentStack, cluster: ICluster): Alarm {
  const answered = (code: '2XX' | '4XX' | '5XX'): Metric =>
    sumOfAMinute('AWS/ECS', `HTTPCode_Target_${code}_Count`, {
      TargetDiscoveryName: 'llm',
      ServiceName: `${stack.prefix}-api`,
      ClusterName: cluster.clusterName,
    });
  const all = '(FILL(answered, 0) + FILL(refused, 0) + FILL(failed, 0))';
  return makeDeploymentAlarm(stack, 'llm', `IF(${all} >= 20, 100 * FILL(failed, 0) / ${all}, 0)`, {
    answered: answered('2XX'),
    refused: answered('4XX'),
    failed: answered('5XX'),
  });
}

function sumOfAMinute(namespace: string, metricName: string, dimensionsMap: Record<string, string>): Metric {
  return new Metric({ namespace, metricName, statistic: 'Sum', period: Duration.minutes(1), dimensionsMap });
}

/**
 * ECS watches the alarm during a deployment and brings the old tasks back (Amazon ECS Developer Guide, "How CloudWatch alarms detect Amazon
 * ECS deployment failures"). No metric may refer to the service: it could not be made before the alarm.
 */
function makeDeploymentAlarm(
  stack: EnvironmentStack,
  service: ServiceName,
  expression: string,
  usingMetrics: Metrics,
): Alarm {
  const runbook = runbookLink(stack.props.configuration, 'alarm-failed-deployment');
  return new Alarm(stack, service === 'api' ? 'DeploymentAlarm' : 'LlmDeploymentAlarm', {
    alarmName: `${stack.prefix}-${service}-deployment`,
    alarmDescription: `More than 5 % of requests fail: a running deployment of the ${service} is rolled back. Runbook: ${runbook}`,
    metric: new MathExpression({
      label: 'percent of requests answered with 5xx',
      expression,
      usingMetrics,
      period: Duration.minutes(1),
    }),
    threshold: 5,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 2,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
