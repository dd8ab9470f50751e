import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  Stats,
  TextWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { cacheMetrics, databaseMetric } from './data-alarms';
import { errorRate } from './service-alarms';
import type { Observed } from './observed';

const MINUTE = { period: Duration.minutes(1) };

/** An environment on one page: what users notice on top, what the data needs at the bottom. */
export function makeDashboard(
  scope: Construct,
  props: { readonly name: string; readonly observed: Observed; readonly alarms: IAlarm[]; readonly runbook: string },
): Dashboard {
  const { observed } = props;
  const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
    new GraphWidget({ title, left, ...(right.length > 0 ? { right } : {}), width: 8, height: 6 });
  const dashboard = new Dashboard(scope, 'Dashboard', {
    dashboardName: props.name,
    defaultInterval: Duration.hours(6),
  });
  dashboard.addWidgets(
    new TextWidget({
      markdown: `**${props.name}** — what to do when something is wrong: [runbook](${props.runbook})`,
      width: 24,
      height: 1,
    }),
  );
  if (props.alarms.length > 0)
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: props.alarms, width: 24, height: 4 }));
  for (const loadBalancer of observed.loadBalancers) {
    const { metrics } = loadBalancer;
    dashboard.addWidgets(
      graph('Requests a minute', [metrics.requestCount({ ...MINUTE, statistic: Stats.SUM })]),
      graph('Errors', [errorRate(loadBalancer)]),
      graph('Latency (s)', [
        metrics.targetResponseTime({ ...MINUTE, statistic: Stats.percentile(50), label: 'median' }),
        metrics.targetResponseTime({ ...MINUTE, statistic: Stats.percentile(95), label: '95 %' }),
      ]),
    );
  }
  dashboard.addWidgets(
    graph(
      'Healthy tasks',
      observed.targetGroups.map((targets) => targets.metrics.healthyHostCount({ ...MINUTE, label: targets.node.id })),
    ),
    graph(
      'CPU of the services (%)',
      observed.services.map((service) => service.metricCpuUtilization({ ...MINUTE, label: service.node.id })),
    ),
    graph(
      'Memory of the services (%)',
      observed.services.map((service) => service.metricMemoryUtilization({ ...MINUTE, label: service.node.id })),
    ),
  );
  for (const database of observed.databases) {
    dashboard.addWidgets(
      graph('Database: CPU (%)', [databaseMetric(database, 'CPUUtilization')]),
      graph('Database: connections', [databaseMetric(database, 'DatabaseConnections', Stats.MAXIMUM)]),
      graph('Database: free storage (bytes)', [databaseMetric(database, 'FreeStorageSpace', Stats.MINIMUM)]),
    );
  }
  for (const cache of observed.caches) {
    dashboard.addWidgets(
      graph('Redis: memory (%)', cacheMetrics(cache, 'DatabaseMemoryUsagePercentage')),
      graph('Redis: engine CPU (%)', cacheMetrics(cache, 'EngineCPUUtilization')),
      graph('Redis: evictions', cacheMetrics(cache, 'Evictions', Stats.SUM)),
    );
  }
  return dashboard;
}
