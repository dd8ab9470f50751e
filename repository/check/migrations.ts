import { posix } from 'node:path';
import type { Configuration } from '../../config/load';
import type { Checkout } from '../checkout';
import { migratedTables } from '../migrated-tables';
import { prismaOf, prismaTables, type PrismaProject } from '../prisma-schema';
import type { CheckFinding } from './finding';
import { missingFile } from './missing-file';

/** Names that a finding lists. */
const LISTED = 4;

/**
 * Tables and columns that the schema has and no migration makes: what `prisma db push` leaves behind. An environment that is not pushed starts
 * without them, and a query for one of them fails: where `migrations.drift` is `error` the migration stops, and where it is `warn` the service
 * does, unless its database was there before.
 */
export function checkMigrations(checkout: Checkout, { components, environments }: Configuration): CheckFinding[] {
  const { directory, migrate } = components.api;
  if (migrate !== undefined) return [];
  const prisma = prismaOf(checkout, directory);
  if (prisma === undefined)
    return /"prisma"\s*:/.test(checkout.text(`${directory}/package.json`) ?? '')
      ? [
          missingFile(
            'api.schema',
            checkout,
            `${directory}/prisma/schema.prisma`,
            'the Prisma schema, which is migrated and compared',
            'components.api.migrate',
          ),
        ]
      : [];
  const lacking = lackingOf(checkout, prisma.directory, prisma);
  if (!lacking) return [];
  const { where, text } = lacking;
  const unpushed = Object.entries(environments).filter(([, { migrations }]) => migrations.drift !== 'push');
  const stopped = unpushed.filter(
    ([, one]) => one.migrations.drift === 'error' || (one.protected && !one.database.existing),
  );
  const found = [
    `no migration makes ${text}`,
    ...stopped.map(([name, { migrations }]) =>
      migrations.drift === 'warn'
        ? `${name} would start without them, for its migrations.drift is warn`
        : `${name} would stop at its migration, for its migrations.drift is error`,
    ),
  ];
  const dev = environments.dev.migrations.drift === 'error' ? 'push' : undefined;
  return [
    {
      what: 'api.migrations',
      level: stopped.length > 0 ? 'stops' : 'warning',
      where,
      found: found.join('; '),
      needed: 'migrations that make what the schema says',
      fix: `write the migration: npx prisma migrate dev --name close-drift in ${prisma.directory} (without a local database: docs/baseline.md)${dev ? '; and environments.dev.migrations.drift: push until then' : ''}`,
      ...(dev ? { set: { 'environments.dev.migrations.drift': dev } } : {}),
    },
  ];
}

/** What no migration makes, in words, and the first place of it in the schema; undefined where nothing lacks. */
function lackingOf(
  checkout: Checkout,
  directory: string,
  prisma: PrismaProject,
): { readonly where: CheckFinding['where']; readonly text: string } | undefined {
  const folder = `${posix.join(directory, prisma.migrations)}/`;
  const scripts = checkout.files.filter((one) => one.startsWith(folder) && one.endsWith('/migration.sql'));
  const made = migratedTables(scripts.map((one) => checkout.text(one) ?? ''));
  const tables = prismaTables(checkout, prisma);
  const without = tables.filter(({ name }) => !made.has(name));
  const columns = tables.flatMap(({ name, file, columns: all }) =>
    all
      .filter((column) => made.get(name)?.has(column.name) === false)
      .map((column) => ({ name: `${name}.${column.name}`, file, line: column.line })),
  );
  const [first] = [...without, ...columns];
  if (!first) return undefined;
  const parts = [
    ...(without.length > 0 ? [`${without.length} of ${tables.length} tables: ${listed(without)}`] : []),
    ...(columns.length > 0 ? [`${columns.length} column${columns.length > 1 ? 's' : ''}: ${listed(columns)}`] : []),
  ];
  return { where: { file: first.file, line: first.line }, text: parts.join(', and ') };
}

function listed(all: readonly { readonly name: string }[]): string {
  const names = all.slice(0, LISTED).map(({ name }) => name);
  return `${names.join(', ')}${all.length > LISTED ? ', …' : ''}`;
}
