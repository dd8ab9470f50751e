import type { PoolConfig } from 'pg';

/** PostgreSQL's OIDs of `name`, `char`, `name[]` and `char[]`, and the text types that read the same. */
const AS_TEXT: Record<number, number> = { 18: 25, 19: 25, 1002: 1009, 1003: 1009 };

/** Makes the pg client report `name` and `char` columns (PostgreSQL's catalog is full of them) as text: the driver adapter knows no other. */
export function reportNamesAsText(fields: { dataTypeID: number }[] | undefined): void {
  for (const field of fields ?? []) field.dataTypeID = AS_TEXT[field.dataTypeID] ?? field.dataTypeID;
}

/**
 * Separate connection fields of a PostgreSQL URL. `sslmode` means what it means to libpq: `require` encrypts without verifying,
 * `verify-full` verifies against the roots that Node trusts.
 */
export function connectionFields(url: string): PoolConfig {
  const parsed = new URL(url);
  const sslmode = parsed.searchParams.get('sslmode') ?? 'disable';
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: parsed.pathname.slice(1),
    ssl: sslmode === 'disable' ? false : { rejectUnauthorized: sslmode === 'verify-full' },
  };
}
