import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type execa from 'execa';
import { generate } from 'selfsigned';
import { SaiondoError } from '../../model/errors';
import { execute, type ExecuteOptions } from '../host/execute';
import { endProcessesIn, processTable } from '../host/process-table';
import { serviceEnvironment } from '../host/service-environment';
import { ADMINISTRATOR, masterStatements, roleStatements, type Master } from './postgres-roles';
import type { Owner } from './postgres-owner';
import type { PostgresSeat } from './postgres-seat';

/** Where a data folder is made and how. */
export interface ClusterRequest extends Master {
  /** Where it lives; the data is in `data/` of its folder. */
  readonly seat: PostgresSeat;
  readonly owner: Owner | undefined;
  readonly signal?: AbortSignal;
}

/** In the environment of its programs: whose they are. They may see their folder at another path. */
const CLUSTER = 'SAIONDO_POSTGRES_HOME';

/** The environment of an instance's programs: nothing of this process's. @param home the instance's folder */
export function clusterEnvironment(home: string): Record<string, string> {
  return serviceEnvironment({ [CLUSTER]: home });
}

/** Ends the programs of an instance that an earlier engine left. @param folder where they work, where that is all that is known of them */
export async function endClusterProcesses(home: string, folder: string): Promise<void> {
  const table = processTable();
  const text = `${CLUSTER}=${home}\0`;
  const all = (): number[] => [...new Set([...table.within(folder), ...table.withEnvironment(text)])];
  await endProcessesIn(folder, { ...table, within: all });
}

/** In the data folder: what its roles were made from. A folder without it was never finished, or is of an earlier version of saiondo. */
const MARK = 'saiondo-roles';

/**
 * Makes an instance's data folder, or brings its master user to what is asked for. Made elsewhere, synced and renamed: a kill leaves a whole folder or
 * none.
 * @throws SaiondoError `POSTGRES_FAILED`, `POSTGRES_DATA`
 */
export async function ensureCluster(request: ClusterRequest): Promise<void> {
  const { home } = request.seat;
  const data = path.join(home, 'data');
  const fresh = path.join(home, 'data.new');
  // What an initdb of a killed engine still writes.
  await endClusterProcesses(home, fresh);
  fs.rmSync(fresh, { recursive: true, force: true, maxRetries: 10 });
  if (fs.existsSync(data)) await checkData(data, request);
  if (!fs.existsSync(data)) {
    await initialise(fresh, request);
    await administer(fresh, [...roleStatements(), ...masterStatements(request)], request);
    writeMark(fresh, request);
    fs.renameSync(fresh, data);
    syncFolder(home);
    return;
  }
  if (readMark(data) === markOf(request)) return;
  await administer(data, masterStatements(request), request);
  writeMark(data, request);
}

/** A data folder that this server cannot take over is said, and left alone; one that initdb never finished holds nothing and goes. */
async function checkData(data: string, { seat, signal }: ClusterRequest): Promise<void> {
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
  const { stdout } = await run(seat, 'postgres', ['--version'], { ...(signal ? { signal } : {}) });
  const major = /\d+/.exec(stdout)?.[0];
  if (version === undefined || !fs.existsSync(path.join(data, 'global', 'pg_control'))) refuse('is damaged');
  if (version !== major) refuse(`is of PostgreSQL ${version}, and this is PostgreSQL ${major}`);
  if (readMark(data) === undefined)
    refuse('is of an earlier version of saiondo, whose master user was a superuser, as RDS’s is not');
}

async function initialise(data: string, { seat, owner, signal }: ClusterRequest): Promise<void> {
  // `reject`: nobody ever logs in as the superuser.
  const how = ['--username', ADMINISTRATOR, '--auth', 'reject', '--encoding', 'UTF8', '--no-sync'];
  try {
    await run(seat, 'initdb', ['--pgdata', seat.seen(data), ...how], { ...(signal ? { signal } : {}) });
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
  const { seat, signal } = request;
  // An error ends it, and no statement, with its password, gets into a message.
  const settings = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic', '-c', 'log_error_verbosity=terse'];
  try {
    await run(seat, 'postgres', ['--single', '-D', seat.seen(data), ...settings, 'postgres'], {
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

function run(
  seat: PostgresSeat,
  program: 'initdb' | 'postgres',
  given: readonly string[],
  options: ExecuteOptions,
): Promise<execa.ExecaReturnValue> {
  const { file, args, ...user } = seat.start(program, given);
  return execute(file, args, {
    ...options,
    ...user,
    env: clusterEnvironment(seat.home),
    extendEnv: false,
    cwd: seat.home,
  });
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
