import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type execa from 'execa';
import { generate } from 'selfsigned';
import { SaiondoError } from '../../model/errors';
import { execute } from '../host/execute';
import { endProcessesIn } from '../host/process-table';
import { serviceEnvironment } from '../host/service-environment';
import { ADMINISTRATOR, masterStatements, roleStatements, type Master } from './postgres-roles';
import type { Owner } from './postgres-owner';

/** Where a data folder is made and how. */
export interface ClusterRequest extends Master {
  /** The instance's folder; the data is in `data/` of it. */
  readonly home: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly owner: Owner | undefined;
  readonly signal?: AbortSignal;
}

/** In the data folder: what its roles were made from. A folder without it was never finished, or is of an earlier version of saiondo. */
const MARK = 'saiondo-roles';

/**
 * Makes an instance's data folder, or brings its master user to what is asked for. Made elsewhere, synced and renamed: a kill leaves a whole folder or
 * none.
 * @throws SaiondoError `POSTGRES_FAILED`, `POSTGRES_DATA`
 */
export async function ensureCluster(request: ClusterRequest): Promise<void> {
  const data = path.join(request.home, 'data');
  const fresh = path.join(request.home, 'data.new');
  // What an initdb of a killed engine still writes.
  await endProcessesIn(fresh);
  fs.rmSync(fresh, { recursive: true, force: true, maxRetries: 10 });
  if (fs.existsSync(data)) await checkData(data, request);
  if (!fs.existsSync(data)) {
    await initialise(fresh, request);
    await administer(fresh, [...roleStatements(), ...masterStatements(request)], request);
    writeMark(fresh, request);
    fs.renameSync(fresh, data);
    syncFolder(request.home);
    return;
  }
  if (readMark(data) === markOf(request)) return;
  await administer(data, masterStatements(request), request);
  writeMark(data, request);
}

/** A data folder that this server cannot take over is said, and left alone; one that initdb never finished holds nothing and goes. */
async function checkData(data: string, { postgres, owner, signal }: ClusterRequest): Promise<void> {
  const version = readText(path.join(data, 'PG_VERSION'))?.trim();
  const refuse = (why: string): never => {
    throw new SaiondoError(`the database’s data in ${data} ${why}`, {
      code: 'POSTGRES_DATA',
      next: `remove ${data} to begin with an empty database; what is in it is lost then`,
    });
  };
  // Earlier versions wrote these two last.
  const finished = version !== undefined && fs.existsSync(path.join(data, 'server.crt'));
  if (!finished && readMark(data) === undefined && !fs.existsSync(path.join(data, 'postmaster.opts'))) {
    fs.rmSync(data, { recursive: true, force: true });
    return;
  }
  const { stdout } = await execute(postgres, ['--version'], {
    ...asUser(owner),
    ...made(),
    ...(signal ? { signal } : {}),
  });
  const major = /\d+/.exec(stdout)?.[0];
  if (version === undefined || !fs.existsSync(path.join(data, 'global', 'pg_control'))) refuse('is damaged');
  if (version !== major) refuse(`is of PostgreSQL ${version}, and this is PostgreSQL ${major}`);
  if (readMark(data) === undefined)
    refuse('is of an earlier version of saiondo, whose master user was a superuser, as RDS’s is not');
}

async function initialise(data: string, { home, initdb, owner, signal }: ClusterRequest): Promise<void> {
  // `reject`: nobody ever logs in as the superuser.
  const args = ['--pgdata', data, '--username', ADMINISTRATOR, '--auth', 'reject', '--encoding', 'UTF8', '--no-sync'];
  try {
    await execute(initdb, args, { ...asUser(owner), ...made(), cwd: home, ...(signal ? { signal } : {}) });
  } catch (cause) {
    signal?.throwIfAborted();
    throw failed('initdb failed', cause);
  }
  fs.writeFileSync(
    path.join(data, 'pg_hba.conf'),
    `hostssl all ${ADMINISTRATOR} all reject\nhostssl all all 127.0.0.1/32 scram-sha-256\n`,
  );
  const { private: key, cert } = generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048, days: 3650 });
  for (const [file, text] of [
    ['server.key', key],
    ['server.crt', cert],
  ] as const) {
    fs.writeFileSync(path.join(data, file), text, { mode: 0o600 });
    if (owner) fs.chownSync(path.join(data, file), owner.uid, owner.gid);
  }
}

/** Runs statements as the superuser in single-user mode, while no server runs: no password and no connection is needed. */
async function administer(data: string, statements: readonly string[], request: ClusterRequest): Promise<void> {
  const { home, owner, postgres, signal } = request;
  // An error ends it, and no statement, with its password, gets into a message.
  const settings = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic', '-c', 'log_error_verbosity=terse'];
  try {
    await execute(postgres, ['--single', '-D', data, ...settings, 'postgres'], {
      ...asUser(owner),
      ...made(),
      cwd: home,
      input: `${statements.join('\n')}\n`,
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw failed('the master user of the database could not be made', cause);
  }
}

function failed(what: string, cause: unknown): SaiondoError {
  const { stderr, message } = cause as execa.ExecaError;
  const said = (stderr || message).trim().split('\n').slice(-6).join('\n');
  return new SaiondoError(`${what}: ${said}`, { code: 'POSTGRES_FAILED', cause });
}

/** Nothing of this process's environment. */
function made(): { env: Record<string, string>; extendEnv: false } {
  return { env: serviceEnvironment(), extendEnv: false };
}

function asUser(owner: Owner | undefined): { uid?: number; gid?: number } {
  return owner ? { uid: owner.uid, gid: owner.gid } : {};
}

function markOf({ user, password, database }: Master): string {
  return createHash('sha256')
    .update(JSON.stringify([1, user, password, database]))
    .digest('hex');
}

function readMark(data: string): string | undefined {
  return readText(path.join(data, MARK));
}

function writeMark(data: string, request: ClusterRequest): void {
  fs.writeFileSync(path.join(data, MARK), markOf(request), { mode: 0o600 });
  syncFolder(data);
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function syncFolder(folder: string): void {
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
