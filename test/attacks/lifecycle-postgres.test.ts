import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Client } from 'pg';
import { processTable } from '../../engine/host/process-table';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { startPostgres } from '../../engine/resources/postgres';
import { ofProcess } from '../fixtures/processes';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-master-'));
fs.chmodSync(root, 0o755);
const registry = new ServiceRegistry(root);
const options = {
  name: 'instance',
  directory: path.join(root, 'instance'),
  user: 'ma"st\'er',
  password: 'a\'b\\c\n"d',
  database: 'app',
};
const data = path.join(options.directory, 'data');
let port = 0;

beforeAll(async () => {
  process.env.SAIONDO_TEST_PERSON = 'of the person';
  ({ port } = await startPostgres(registry, options));
});
afterAll(async () => {
  delete process.env.SAIONDO_TEST_PERSON;
  await registry.stopAll();
  fs.rmSync(root, { recursive: true, force: true });
});

/** Connects as the master user, or as another. */
async function connected<T>(
  use: (client: Client) => Promise<T>,
  as: { user?: string; database?: string } = {},
): Promise<T> {
  const { user = options.user, database = options.database } = as;
  const client = new Client({
    host: '127.0.0.1',
    port,
    user,
    password: options.password,
    database,
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

test.each([
  ["COPY (SELECT 1) TO PROGRAM 'id'", /permission denied/],
  ["COPY pg_temp.t FROM PROGRAM 'id; env'", /permission denied/],
  ["COPY pg_temp.t FROM '/etc/passwd'", /permission denied/],
  ["COPY (SELECT 1) TO '/tmp/saiondo-test-of-attack'", /permission denied/],
  ["SELECT pg_read_file('/proc/self/environ')", /permission denied/],
  ["SELECT pg_read_binary_file('postgresql.conf')", /permission denied/],
  ["SELECT pg_ls_dir('/')", /permission denied/],
  ["SELECT lo_import('/etc/passwd')", /permission denied/],
  ["SELECT lo_export(1, '/tmp/saiondo-test-of-attack')", /permission denied/],
  ["LOAD 'plperl'", /access to library "plperl" is not allowed/],
  ["CREATE FUNCTION f() RETURNS int AS '/lib/x86_64-linux-gnu/libc.so.6', 'system' LANGUAGE c", /permission denied/],
  ['CREATE EXTENSION plperlu', /permission denied|not available/],
  ['CREATE EXTENSION file_fdw', /permission denied/],
  ["ALTER SYSTEM SET archive_command = 'id'", /permission denied/],
  ["ALTER SYSTEM SET ssl_passphrase_command = 'id'", /permission denied/],
  ['CREATE ROLE r SUPERUSER', /permission denied|must be superuser|Only roles with/],
  ['ALTER ROLE CURRENT_USER SUPERUSER', /permission denied|must be superuser/],
  ['SET ROLE rdsadmin', /permission denied/],
  ['SET SESSION AUTHORIZATION rdsadmin', /permission denied/],
  ['GRANT rdsadmin TO CURRENT_USER', /permission denied/],
  ["ALTER ROLE rdsadmin PASSWORD 'x'", /permission denied/],
  ['GRANT pg_execute_server_program TO CURRENT_USER', /permission denied/],
  ['GRANT pg_read_server_files TO rds_superuser', /permission denied/],
])('the master user may not: %s', async (statement, refused) => {
  await connected(async (client) => {
    await client.query('CREATE TEMPORARY TABLE t (line text)');
    await expect(client.query(statement)).rejects.toThrow(refused);
  });
});

test('the master user may do what RDS’s may: databases, roles, trusted extensions, tables, others’ connections', async () => {
  const { rows } = await connected((client) =>
    client.query(
      'SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles WHERE rolname = current_user',
    ),
  );
  expect(rows).toEqual([
    { rolsuper: false, rolcreatedb: true, rolcreaterole: true, rolreplication: false, rolbypassrls: false },
  ]);
  await connected(async (client) => {
    for (const statement of [
      'CREATE DATABASE shadow',
      'DROP DATABASE shadow',
      'CREATE ROLE service LOGIN',
      'GRANT rds_superuser TO service',
      'GRANT pg_monitor TO service',
      'CREATE TABLE one (id uuid)',
      'GRANT SELECT ON one TO service',
      'CREATE SCHEMA more AUTHORIZATION CURRENT_USER',
      ...['pgcrypto', 'citext', 'hstore', 'pg_trgm', 'btree_gin', 'ltree', '"uuid-ossp"'].map(
        (name) => `CREATE EXTENSION ${name}`,
      ),
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'",
      'CHECKPOINT',
    ])
      await client.query(statement);
  });
  await connected((client) => client.query('CREATE TABLE of_another_database ()'), { database: 'postgres' });
});

test('nobody logs in as the superuser', async () => {
  await expect(connected(() => Promise.resolve(), { user: 'rdsadmin' })).rejects.toThrow(/pg_hba.conf rejects/);
});

test('nothing of the person is in the server’s environment, and no password in any argument', () => {
  const seen = processTable()
    .within(data)
    .flatMap((pid) => {
      const [environment, argv] = [ofProcess(pid, 'environ'), ofProcess(pid, 'cmdline')];
      return environment && argv ? [{ environment, argv }] : [];
    });
  expect(seen.length).toBeGreaterThan(3);
  for (const { environment, argv } of seen) {
    expect(environment).not.toContain('of the person');
    expect(environment).not.toMatch(/(^|\0)(HOME|USER|AWS_\w+|\w*TOKEN)=/);
    expect(argv).not.toContain(options.password);
  }
});

test('a server that was killed, with its lock and its children left behind, comes back with its data and another password', async () => {
  await connected((client) => client.query('CREATE TABLE kept AS SELECT 7 AS value'));
  const [postmaster] = fs.readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(postmaster), 'SIGKILL');
  await registry.stop(options.name);
  // As if the number were another process's by now: this one's.
  const lock = path.join(data, 'postmaster.pid');
  if (fs.existsSync(lock)) fs.writeFileSync(lock, fs.readFileSync(lock, 'utf8').replace(/^\d+/, String(process.pid)));
  options.password = 'another';
  ({ port } = await startPostgres(registry, { ...options, port }));
  expect((await connected((client) => client.query('SELECT value FROM kept'))).rows).toEqual([{ value: 7 }]);
});

test('an initdb that was killed at any moment wedges nothing', async () => {
  const directory = path.join(root, 'killed');
  for (const milliseconds of [30, 200, 450]) {
    const aborted = AbortSignal.timeout(milliseconds);
    await expect(startPostgres(registry, { ...options, name: 'killed', directory, signal: aborted })).rejects.toThrow();
  }
  // What an engine of an earlier version left half made at the final place.
  fs.mkdirSync(path.join(directory, 'data', 'base'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'data', 'PG_VERSION'), '17\n');
  await startPostgres(registry, { ...options, name: 'killed', directory });
  await registry.stop('killed');
  expect(fs.readdirSync(directory).sort()).toEqual(['data', 'postgres.log']);
}, 180_000);

test('data of another PostgreSQL, of an earlier version of saiondo, and damaged data are said and left alone', async () => {
  await registry.stop(options.name);
  const start = (): Promise<unknown> => startPostgres(registry, options);
  const version = path.join(data, 'PG_VERSION');
  const control = path.join(data, 'global', 'pg_control');
  const mark = path.join(data, 'saiondo-roles');
  fs.writeFileSync(version, '14\n');
  await expect(start()).rejects.toThrow(
    expect.objectContaining({
      code: 'POSTGRES_DATA',
      message: expect.stringMatching(/is of PostgreSQL 14, and this is PostgreSQL 1\d/) as string,
    }),
  );
  fs.writeFileSync(version, '17\n');
  fs.renameSync(mark, `${mark}.aside`);
  await expect(start()).rejects.toThrow(/earlier version of saiondo/);
  fs.renameSync(`${mark}.aside`, mark);
  fs.renameSync(control, `${control}.aside`);
  await expect(start()).rejects.toThrow(/is damaged/);
  fs.renameSync(`${control}.aside`, control);
  ({ port } = (await start()) as { port: number });
  expect((await connected((client) => client.query('SELECT value FROM kept'))).rows).toEqual([{ value: 7 }]);
});
