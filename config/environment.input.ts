import { z } from 'zod';
import { contractsSchema } from './contracts.schema';
import { costSchema } from './cost.schema';
import { backupsSchema, cacheSchema, databaseSchema, migrationsSchema } from './data.schema';
import { httpsSchema, webSchema } from './edge.schema';
import { accountId, LOG_DAYS, regionName } from './names.schema';
import { networkSchema } from './network.schema';
import { servicesSchema } from './services.schema';

/** One environment of `saiondo.yaml` key by key, before what it leaves out is filled in and what contradicts is refused. */
export const environmentInput = z.strictObject({
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
  /** Where the contracts go; not there where the repository has none. */
  contracts: contractsSchema.optional(),
  migrations: migrationsSchema.prefault({}),
  backups: backupsSchema.prefault({}),
});

/** An environment as `saiondo.yaml` has it. */
export type EnvironmentInput = z.infer<typeof environmentInput>;
