import * as fs from 'node:fs';
import * as path from 'node:path';
import { Client } from 'pg';
import { SaiondoError } from '../../model/errors';
import { accepts, freePort } from '../host/child';
import type { ServiceRegistry } from '../host/service-registry';
import { clusterEnvironment, endClusterProcesses, ensureCluster } from './postgres-cluster';
import { outside, unprivilegedUser } from './postgres-owner';
import type { Master } from './postgres-roles';
import { seatOf } from './postgres-seat';

/** A PostgreSQL that runs. */
export interface RunningPostgres {
  readonly port: number;
  readonly seconds: number;
}

/** What an instance is made with. */
export interface PostgresOptions extends Master {
  readonly name: string;
  /** Where its data outlives the run. */
  readonly directory: string;
  /** Tried first, so that an address that was handed out stays right. */
  readonly port?: number;
  readonly signal?: AbortSignal;
}

/** PostgreSQL's codes of a log-in that no waiting will fix: a wrong password, an unknown role, an unknown database. */
const REFUSED = new Set(['28P01', '28000', '3D000']);

/**
 * Starts a PostgreSQL server of its own for an instance. It takes TLS connections only, as RDS does with `rds.force_ssl` (its default since
 * PostgreSQL 15), with a certificate that it signs itself, and listens on loopback only. Its master user is not a superuser, as RDS's is none.
 * @throws SaiondoError `POSTGRES_FAILED`, `POSTGRES_DATA`
 */
export async function startPostgres(registry: ServiceRegistry, options: PostgresOptions): Promise<RunningPostgres> {
  const started = performance.now();
  const { signal } = options;
  const owner = unprivilegedUser();
  const seat = await seatOf(options.directory, owner);
  const { home } = seat;
  const data = path.join(home, 'data');
  // Folders on the way are made so that the server's user gets through: the mode of a recursive mkdir is that of each folder it makes.
  fs.mkdirSync(path.dirname(home), { recursive: true, mode: 0o711 });
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (owner) fs.chownSync(home, owner.uid, owner.gid);
  await endLeftServer(data);
  const { user, password, database } = options;
  await ensureCluster({ seat, owner, user, password, database, ...(signal ? { signal } : {}) });
  const port = options.port && !(await accepts(options.port)) ? options.port : await freePort();
  const connect = (to: string): Client =>
    new Client({
      host: '127.0.0.1',
      port,
      user,
      password,
      database: to,
      ssl: { rejectUnauthorized: false },
      connectionTimeoutMillis: 2000,
    });
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ssl: 'on',
    fsync: 'off',
    max_connections: '60',
  };
  const { file, ...program } = seat.start('postgres', [
    ...['-D', seat.seen(data), '-p', String(port)],
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]);
  await registry.start({
    name: options.name,
    command: file,
    ...program,
    cwd: home,
    env: clusterEnvironment(home),
    log: path.join(home, 'postgres.log'),
    stopSignal: 'SIGINT',
    timeoutSeconds: 30,
    ...(signal ? { signal } : {}),
    ready: async () => {
      const client = connect('postgres');
      try {
        await client.connect();
        return true;
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        if (code && REFUSED.has(code))
          throw new SaiondoError(`the database refuses its master user: ${message}`, { code: 'POSTGRES_FAILED' });
        return false;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  });
  const client = connect('postgres');
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
  return { port, seconds: (performance.now() - started) / 1000 };
}

/**
 * Ends what a killed engine left running on this data: PostgreSQL's own lock is then true again. The lock of a server that is gone may name a process that
 * is another's by now.
 */
async function endLeftServer(data: string): Promise<void> {
  if (!fs.existsSync(data)) return;
  await endClusterProcesses(path.dirname(data), fs.realpathSync(data));
  fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

/** Where an instance's data is, to remove it with its resource. */
export function postgresDirectories(directory: string): string[] {
  return [directory, outside(directory)];
}
