/** A database's master user, and the database that it owns. */
export interface Master {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The superuser, as RDS names its own. It has no password, and no connection as it is taken. */
export const ADMINISTRATOR = 'rdsadmin';

/** The predefined roles that RDS gives to `rds_superuser` (Amazon RDS User Guide, "Understanding the rds_superuser role"). */
const GIVEN = [
  'pg_monitor',
  'pg_signal_backend',
  'pg_checkpoint',
  'pg_maintain',
  'pg_create_subscription',
  'rds_password',
  'rds_replication',
];

/** What a new cluster gets, once, as the superuser: a line each. */
export function roleStatements(): string[] {
  return [
    'CREATE ROLE rds_superuser NOLOGIN;',
    'CREATE ROLE rds_password NOLOGIN;',
    'CREATE ROLE rds_replication NOLOGIN;',
    `GRANT ${GIVEN.join(', ')} TO rds_superuser WITH ADMIN OPTION;`,
  ];
}

/**
 * The master user: no superuser, but a member of `rds_superuser` that makes roles and databases, as RDS's is (same page of the User Guide). It may be run
 * again with another password.
 */
export function masterStatements({ user, password }: Master): string[] {
  const name = identifier(user);
  return [
    `DO $make$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal(user)}) THEN CREATE ROLE ${name}; END IF; END $make$;`,
    `ALTER ROLE ${name} WITH LOGIN NOSUPERUSER INHERIT CREATEDB CREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD ${literal(password)} VALID UNTIL 'infinity';`,
    `GRANT rds_superuser TO ${name} WITH ADMIN OPTION;`,
    `ALTER DATABASE postgres OWNER TO ${name};`,
  ];
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""').replace(/[\r\n\0]/g, '')}"`;
}

/** In single-user mode a line is a statement: what ends a line is escaped. */
function literal(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `E'${escaped}'`;
}
