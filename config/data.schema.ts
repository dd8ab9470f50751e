import { z } from 'zod';
import { keyArn } from './names.schema';

/** A PostgreSQL that is there already. Its credentials stand in a secret with `username` and `password`. */
const existingDatabase = z.strictObject({
  host: z.string().regex(/^[A-Za-z0-9.-]+$/, 'a host name'),
  port: z.number().int().min(1).max(65535).default(5432),
  name: z.string().min(1),
  secret: z
    .string()
    .regex(
      /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-\w{6}$/,
      'the complete ARN of a secret with `username` and `password`',
    ),
  /** The key that the secret is encrypted with, where it is not Secrets Manager's own. */
  secretKey: keyArn.optional(),
  /** The database's own security group: gets a rule that lets the api, the migrations and the bastion in. */
  securityGroup: z
    .string()
    .regex(/^sg-[0-9a-f]{8,17}$/, 'a security group’s id: sg-…')
    .optional(),
  /** The RDS instance's identifier: what the snapshot before a migration is taken of. */
  instance: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'an RDS instance’s identifier')
    .optional(),
});

/** `environments.NAME.database`. */
export const databaseSchema = z
  .strictObject({
    engineVersion: z
      .string()
      .regex(/^(1[6-9]|[2-9]\d)\.\d{1,2}$/, 'a PostgreSQL version, 16 or newer, in quotes, such as "17.6"')
      .optional(),
    instance: z
      .string()
      .regex(/^[a-z]+\d[a-z]*\.\d*[a-z]+$/, 'an instance class without `db.`, such as t4g.medium')
      .optional(),
    multiAz: z.boolean().optional(),
    /** GiB of gp3: at first, and what it may grow to. */
    storage: z
      .strictObject({ allocated: z.number().int().min(20).max(65536), maximum: z.number().int().min(21).max(65536) })
      .optional(),
    /** Days of automatic backups (0 would switch them off). */
    backupDays: z.number().int().min(1).max(35).optional(),
    /** CloudWatch Database Insights, which replaced Performance Insights. */
    insights: z.enum(['off', 'standard', 'advanced']).optional(),
    existing: existingDatabase.optional(),
  })
  .superRefine((database, context) => {
    const { storage } = database;
    if (storage && storage.maximum < storage.allocated * 1.1) {
      context.addIssue({
        code: 'custom',
        path: ['storage', 'maximum'],
        message: `at least 10 % more than the ${storage.allocated} GiB at first`,
      });
    }
    if (!database.existing) return;
    for (const key of ['engineVersion', 'instance', 'multiAz', 'storage', 'backupDays', 'insights'] as const) {
      if (database[key] === undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'must not be here: it cannot be combined with database.existing. Remove this key',
      });
    }
  });

/** `environments.NAME.cache`: ElastiCache for Redis. */
export const cacheSchema = z.strictObject({
  node: z
    .string()
    .regex(/^[a-z]+\d[a-z]*\.\d*[a-z]+$/, 'a node type without `cache.`, such as t4g.small')
    .optional(),
  /** Copies in other zones; one or more give failover. */
  replicas: z.number().int().min(0).max(5).optional(),
  /** Whether Redis takes TLS connections only, or others too (`preferred`), for an app that speaks no TLS to it. */
  tls: z.enum(['required', 'preferred']).default('required'),
});

/** `environments.NAME.backups`: AWS Backup, in addition to what RDS keeps by itself. */
export const backupsSchema = z
  .strictObject({
    plan: z.boolean().optional(),
    dailyDays: z.number().int().min(1).max(3650).optional(),
    monthlyDays: z.number().int().min(1).max(3650).optional(),
    /** Nobody shortens or deletes a recovery point before `minimumDays`. */
    vaultLock: z
      .strictObject({
        minimumDays: z.number().int().min(1),
        maximumDays: z.number().int().max(36500),
        /** Compliance mode: after so many days not even the root user can lift the lock. Without it, governance mode. */
        graceDays: z.number().int().min(3).optional(),
      })
      .optional(),
  })
  .superRefine(({ vaultLock, dailyDays = 35, monthlyDays = 365 }, context) => {
    if (!vaultLock) return;
    for (const [key, days] of [
      ['dailyDays', dailyDays],
      ['monthlyDays', monthlyDays],
    ] as const) {
      if (days >= vaultLock.minimumDays && days <= vaultLock.maximumDays) continue;
      context.addIssue({
        code: 'custom',
        path: ['vaultLock', days < vaultLock.minimumDays ? 'minimumDays' : 'maximumDays'],
        message: `must allow the ${days} days of ${key}: the vault refuses every copy that its lock does not allow`,
      });
    }
  });

/** `environments.NAME.migrations`. */
export const migrationsSchema = z.strictObject({
  /** A named snapshot is taken, and waited for, before a migration changes anything. */
  snapshot: z.boolean().optional(),
  /** What a database means that differs from the api's schema after its migrations: a failure, a warning, or `prisma db push`. */
  drift: z.enum(['error', 'warn', 'push']).default('error'),
});
