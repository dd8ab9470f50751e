import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import type { CfnDBInstance } from 'aws-cdk-lib/aws-rds';
import { BELOW, type AlarmSpec } from './alarm-spec';
import type { Observed } from './observed';

const MINUTE = Duration.minutes(1);
const GIB = 1024 ** 3;

/** A metric of a database instance (Amazon RDS User Guide, "Amazon CloudWatch metrics for Amazon RDS"). */
export function databaseMetric(database: CfnDBInstance, metricName: string, statistic: string = Stats.AVERAGE): Metric {
  return new Metric({
    namespace: 'AWS/RDS',
    metricName,
    statistic,
    period: MINUTE,
    dimensionsMap: { DBInstanceIdentifier: database.ref },
  });
}

/** A metric of each node of a cache (ElastiCache User Guide, "Metrics for Valkey and Redis OSS"). Node ids are those that ElastiCache gives. */
export function cacheMetrics(
  cache: CfnReplicationGroup,
  metricName: string,
  statistic: string = Stats.MAXIMUM,
): Metric[] {
  return Array.from({ length: nodesOf(cache) }, (_, at) => {
    const node = String(at + 1).padStart(3, '0');
    return new Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      statistic,
      period: MINUTE,
      label: `node ${node}`,
      dimensionsMap: { CacheClusterId: `${cache.ref}-${node}`, CacheNodeId: '0001' },
    });
  });
}

/** PostgreSQL and Redis: what fills up, what falls behind. */
export function dataAlarms({ databases, caches }: Observed): AlarmSpec[] {
  return [
    ...databases.flatMap((database): AlarmSpec[] => [
      {
        name: 'database-storage',
        says: 'The database has less than a tenth of its storage left, and storage autoscaling has not helped.',
        metric: databaseMetric(database, 'FreeStorageSpace', Stats.MINIMUM),
        threshold: Math.max(2, Math.round(Number(database.allocatedStorage ?? 20) / 10)) * GIB,
        comparison: BELOW,
        periods: { bad: 15, of: 15 },
      },
      {
        name: 'database-connections',
        says: 'Four of five connections that the database takes are in use.',
        metric: databaseMetric(database, 'DatabaseConnections', Stats.MAXIMUM),
        threshold: Math.floor(0.8 * maximumConnections(database)),
        periods: { bad: 5, of: 5 },
      },
      {
        name: 'database-cpu',
        says: 'The database has used more than 85 % of its CPU for a quarter of an hour.',
        metric: databaseMetric(database, 'CPUUtilization'),
        threshold: 85,
        periods: { bad: 15, of: 15 },
      },
      ...(database.sourceDbInstanceIdentifier
        ? [
            {
              name: 'replica-lag',
              of: database.node.id,
              says: 'A read replica is more than 30 seconds behind.',
              metric: databaseMetric(database, 'ReplicaLag', Stats.MAXIMUM),
              threshold: 30,
              periods: { bad: 5, of: 5 },
            },
          ]
        : []),
    ]),
    ...caches.flatMap((cache): AlarmSpec[] => [
      ...cacheMetrics(cache, 'DatabaseMemoryUsagePercentage').map((metric, at) => ({
        name: 'redis-memory',
        of: String(at + 1),
        says: 'Redis uses more than 80 % of its memory: at 100 % it evicts sessions and jobs, or refuses writes.',
        metric,
        threshold: 80,
        periods: { bad: 5, of: 5 },
      })),
      ...(nodesOf(cache) > 1
        ? cacheMetrics(cache, 'ReplicationLag').map((metric, at) => ({
            name: 'replica-lag',
            of: `redis-${at + 1}`,
            says: 'A Redis replica is more than 10 seconds behind: a failover now would lose as much.',
            metric,
            threshold: 10,
            periods: { bad: 5, of: 5 },
          }))
        : []),
    ]),
  ];
}

function nodesOf(cache: CfnReplicationGroup): number {
  return cache.numCacheClusters ?? 1 + (cache.replicasPerNodeGroup ?? 0);
}

/** GiB of memory by size, of the general-purpose and burstable classes; the memory-optimized (r) have twice as much. */
const MEMORY: Readonly<Record<string, number>> = {
  micro: 1,
  small: 2,
  medium: 4,
  large: 8,
  xlarge: 16,
  '2xlarge': 32,
  '4xlarge': 64,
  '8xlarge': 128,
};

/** How many connections PostgreSQL takes on RDS: memory in bytes / 9,531,392, at most 5,000 (Amazon RDS User Guide, "Maximum number of database connections"). */
function maximumConnections(database: CfnDBInstance): number {
  const type = String(Stack.of(database).resolve(database.dbInstanceClass));
  const [, family = 't', size = 'micro'] = /^db\.([a-z]+)[^.]*\.(\w+)$/.exec(type) ?? [];
  const memory = (MEMORY[size] ?? 1) * (family.startsWith('r') || family.startsWith('x') ? 2 : 1);
  return Math.min(5000, Math.floor((memory * GIB) / 9_531_392));
}
