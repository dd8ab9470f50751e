import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget, type ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { AlarmSpec } from './alarm-spec';
import type { Observed } from './observed';

const MINUTE = Duration.minutes(1);

/** Answers 5xx of all answers, in percent, of the targets and of the load balancer itself. No requests, no errors. */
export function errorRate(loadBalancer: ApplicationLoadBalancer): MathExpression {
  const options = { period: MINUTE, statistic: Stats.SUM };
  return new MathExpression({
    label: '5xx (%)',
    period: MINUTE,
    expression: 'IF(requests > 0, 100 * (FILL(targets, 0) + FILL(balancer, 0)) / requests, 0)',
    usingMetrics: {
      requests: loadBalancer.metrics.requestCount(options),
      targets: loadBalancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, options),
      balancer: loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, options),
    },
  });
}

/** What users notice first (errors, latency, missing tasks), and what of a service comes before it (CPU, memory). */
export function serviceAlarms({ loadBalancers, targetGroups, services }: Observed): AlarmSpec[] {
  return [
    ...loadBalancers.flatMap((loadBalancer): AlarmSpec[] => [
      {
        name: 'api-5xx',
        says: 'More than 1 % of the api’s answers are errors of its own (5xx).',
        metric: errorRate(loadBalancer),
        threshold: 1,
        periods: { bad: 3, of: 5 },
      },
      {
        name: 'api-latency',
        says: 'One of twenty requests to the api takes longer than 1.5 seconds.',
        metric: loadBalancer.metrics.targetResponseTime({ period: MINUTE, statistic: Stats.percentile(95) }),
        threshold: 1.5,
        periods: { bad: 5, of: 5 },
      },
    ]),
    ...targetGroups.map((targets): AlarmSpec => ({
      name: 'unhealthy-hosts',
      of: targets.node.id,
      says: 'A task of the api does not answer its health check.',
      metric: targets.metrics.unhealthyHostCount({ period: MINUTE, statistic: Stats.MAXIMUM }),
      threshold: 1,
      periods: { bad: 5, of: 5 },
    })),
    ...services.flatMap((service): AlarmSpec[] => [
      {
        name: 'service-cpu',
        of: service.node.id,
        says: 'A service has used more than 85 % of its CPU for ten minutes, with as many tasks as scaling may start.',
        metric: service.metricCpuUtilization({ period: MINUTE }),
        threshold: 85,
        periods: { bad: 10, of: 10 },
      },
      {
        name: 'service-memory',
        of: service.node.id,
        says: 'A service uses more than 85 % of its memory: at 100 % its tasks are killed.',
        metric: service.metricMemoryUtilization({ period: MINUTE }),
        threshold: 85,
        periods: { bad: 5, of: 5 },
      },
    ]),
  ];
}
