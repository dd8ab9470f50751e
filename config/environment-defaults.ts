import type { EnvironmentInput } from './environment.input';

/**
 * An environment with everything that its part of `saiondo.yaml` leaves out. One place says what a small and cheap environment has and what
 * a protected one: the stacks only read. docs/configuration.md is checked against it.
 */
export function withDefaults(environment: EnvironmentInput) {
  const { network, database, cache, services, web, backups, migrations, ...rest } = environment;
  const kept = environment.protected;
  const { existing } = network;
  const zones =
    existing?.zones ?? network.zones ?? ['a', 'b', 'c'].slice(0, network.availabilityZones ?? (kept ? 3 : 2));
  const egress = network.egress ?? 'gateways';
  const minTasks = services.minTasks ?? (kept ? 2 : 1);
  return {
    ...rest,
    logDays: environment.logDays ?? (kept ? 365 : 30),
    bastion: environment.bastion ?? false,
    waf: environment.waf ?? kept,
    network: {
      ...network,
      zones,
      egress,
      natGateways: egress === 'gateways' ? (network.natGateways ?? (kept ? zones.length : 1)) : 0,
    },
    database: {
      ...database,
      engineVersion: database.engineVersion ?? '17.6',
      instance: database.instance ?? (kept ? 't4g.medium' : 't4g.micro'),
      multiAz: database.multiAz ?? kept,
      storage: database.storage ?? (kept ? { allocated: 50, maximum: 200 } : { allocated: 20, maximum: 40 }),
      backupDays: database.backupDays ?? (kept ? 15 : 1),
      insights: database.insights ?? (kept ? ('standard' as const) : ('off' as const)),
    },
    cache: {
      ...cache,
      node: cache.node ?? (kept ? 't4g.small' : 't4g.micro'),
      replicas: cache.replicas ?? (kept ? 1 : 0),
    },
    services: {
      ...services,
      minTasks,
      maxTasks: services.maxTasks ?? Math.max(minTasks, kept ? 5 : 1),
      cpuTarget: services.cpuTarget ?? 60,
      requestsTarget: services.requestsTarget ?? 1000,
      spot: services.spot ?? !kept,
      containerInsights: services.containerInsights ?? (kept ? ('enabled' as const) : ('off' as const)),
    },
    web: { ...web, accessLogs: web.accessLogs ?? kept },
    migrations: { ...migrations, snapshot: migrations.snapshot ?? kept },
    backups: {
      ...backups,
      plan: backups.plan ?? kept,
      dailyDays: backups.dailyDays ?? 35,
      monthlyDays: backups.monthlyDays ?? 365,
    },
  };
}
