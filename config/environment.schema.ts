import { z } from 'zod';
import { contractsSchema } from './contracts.schema';
import { costSchema } from './cost.schema';
import { backupsSchema, cacheSchema, databaseSchema, migrationsSchema } from './data.schema';
import { httpsSchema, webSchema } from './edge.schema';
import { withDefaults } from './environment-defaults';
import { accountId, LOG_DAYS, regionName } from './names.schema';
import { networkSchema } from './network.schema';
import { servicesSchema } from './services.schema';

const environmentObject = z
  .strictObject({
    account: accountId,
    region: regionName,
    /** Deletion protection everywhere, more than one zone, final snapshots. `prod` must be protected. */
    protected: z.boolean().default(false),
    /** Days for which every log group of the environment keeps its events. */
    logDays: z
      .number()
      .int()
      .refine((days) => LOG_DAYS.includes(days), `a retention that CloudWatch Logs offers: ${LOG_DAYS.join(', ')}`)
      .optional(),
    network: networkSchema,
    database: databaseSchema.prefault({}),
    cache: cacheSchema.prefault({}),
    /** A host in a private subnet that Session Manager forwards a port through: no key pair, no open port. */
    bastion: z.boolean().optional(),
    services: servicesSchema.prefault({}),
    https: httpsSchema.optional(),
    /** AWS WAF before the load balancer: AWS's managed rules and a limit of requests by address. */
    waf: z.boolean().optional(),
    web: webSchema.prefault({}),
    cost: costSchema.prefault({}),
    contracts: contractsSchema,
    migrations: migrationsSchema.prefault({}),
    backups: backupsSchema.prefault({}),
  })
  .superRefine((environment, context) => {
    const issue = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    const { database, services } = environment;
    const whole = withDefaults(environment);
    const { minTasks, maxTasks } = whole.services;
    if (minTasks > maxTasks)
      issue(
        ['services', services.minTasks === undefined ? 'maxTasks' : 'minTasks'],
        `minTasks (${minTasks}) at most maxTasks (${maxTasks})`,
      );
    if (
      database.existing &&
      environment.migrations.snapshot !== false &&
      !database.existing.instance &&
      environment.protected
    )
      issue(
        ['database', 'existing', 'instance'],
        'the RDS instance’s identifier, which the snapshot before a migration is taken of; or `migrations: { snapshot: false }`',
      );
    if (environment.https && environment.web.hosting === 'cloudfront' && !environment.https.siteCertificate)
      issue(
        ['https', 'domain'],
        'beside it `siteCertificate`, the ARN of the site’s certificate in us-east-1, which CloudFront takes one from',
      );
    if (!environment.protected) return;
    if (environment.cost.hours) issue(['cost', 'hours'], 'nothing here: a protected environment is never stopped');
    if (database.multiAz === false)
      issue(['database', 'multiAz'], 'true: a protected environment survives the loss of a zone');
    if (database.backupDays !== undefined && database.backupDays < 7)
      issue(['database', 'backupDays'], 'at least 7 days in a protected environment');
    if (whole.cache.replicas < 1)
      issue(['cache', 'replicas'], 'at least 1: a protected environment survives the loss of a zone');
    if (minTasks < 2)
      issue(['services', 'minTasks'], 'at least 2: a protected environment survives the loss of a zone');
    if (services.spot)
      issue(['services', 'spot'], 'false: Spot tasks of a protected environment may all be taken away at once');
  });

/** An environment as `saiondo.yaml` has it. */
export type EnvironmentInput = z.infer<typeof environmentObject>;

/** One environment of `saiondo.yaml`: everything in which dev and prod may differ, with defaults by whether it is protected. */
export const environmentSchema = environmentObject.transform(withDefaults);

/** One environment, as checked, with its defaults. */
export type EnvironmentConfiguration = z.infer<typeof environmentSchema>;
