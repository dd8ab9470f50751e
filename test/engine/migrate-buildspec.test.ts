import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { Client } from 'pg';
import { startPostgres } from '../../engine/resources/postgres';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { parseConfiguration } from '../../config/load';
import { componentBuilds } from '../../repository/component-builds';
import { CONFIGURATION } from '../app/synthesized';
import { checkoutOf } from '../fixtures/checkout';
import { recordedBuild } from './recorded-build';

// buildspecs/migrate.yml with an llm that has migrations: Alembic against a PostgreSQL of its own, installed from PyPI by the build that tests the
// llm, and carried. Prisma (npm, npx) and aws are recording stand-ins here; with the real Prisma the same specification runs in every rehearsal.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-migrate-'));
fs.chmodSync(root, 0o755);
const registry = new ServiceRegistry(root);
const login = { user: 'saiondo', password: 'p@ss:w/ord%"1', database: 'saiondo' };
let port: number;
beforeAll(async () => {
  ({ port } = await startPostgres(registry, { name: 'instance', directory: path.join(root, 'instance'), ...login }));
}, 120_000);
afterAll(async () => {
  await registry.stopAll();
  fs.rmSync(root, { recursive: true, force: true });
});

const ENV = `import os
from alembic import context
from sqlalchemy import create_engine

with create_engine(os.environ['DATABASE_URL']).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
`;
const revision = (id: string, before: string | null, upgrade: string): string => `from alembic import op

revision = '${id}'
down_revision = ${before ? `'${before}'` : 'None'}


def upgrade():
    op.execute("${upgrade}")
`;
const PROMPTS = revision('a1', null, 'CREATE TABLE prompts (id int)');

const LLM = {
  'backend/llm/requirements.txt': 'alembic==1.14.1\nSQLAlchemy==2.0.36\npsycopg2-binary==2.9.10\n',
  'backend/llm/alembic.ini': '[alembic]\nscript_location = migrations\n',
  'backend/llm/migrations/env.py': ENV,
};

/** The output artifact of the llm's test: installed once, for every migration below. */
let carried: { folder: string; log: string } | undefined;
async function carriedLlm(): Promise<{ folder: string; log: string }> {
  if (carried) return carried;
  const components = parseConfiguration(CONFIGURATION, 'saiondo.yaml').components;
  const { llm } = componentBuilds(checkoutOf(root, LLM), components);
  if (!llm) throw new Error('the configuration has an llm');
  const { status, directory, log } = await recordedBuild(root, 'llm-test', {
    variables: { COMPONENT_DIR: 'backend/llm', OTHERS: 'backend/api' },
    values: {
      runtimes: llm.runtimes,
      report: false,
      commands: { install: llm.install, build: [], test: [], carry: CARRY },
    },
    files: { ...LLM, 'backend/api/secret.txt': 'of another component' },
    commands: {},
  });
  expect(status).toBe('SUCCEEDED');
  carried = { folder: path.join(directory, 'src', '.carried'), log };
  return carried;
}

/** Migrates the database with these revisions of the llm, out of reach of every registry. */
async function migrate(
  revisions: Record<string, string>,
  {
    drift = 'error',
    npx = 'case "$*" in *"db pull"*) echo "generator client {" ;; esac',
    llm = '',
    known = {},
  }: {
    readonly drift?: string;
    readonly npx?: string;
    readonly llm?: string;
    /** Variables of a build that is known by its database. */
    readonly known?: Readonly<Record<string, string>>;
  } = {},
) {
  const files = {
    'backend/api/package.json': '{}',
    'backend/api/package-lock.json': '{}',
    'backend/api/prisma/schema.prisma': '',
    'backend/api/prisma/migrations/1_init/migration.sql': '',
    ...(Object.keys(revisions).length > 0 ? LLM : {}),
    ...Object.fromEntries(
      Object.entries(revisions).map(([id, text]) => [`backend/llm/migrations/versions/${id}.py`, text]),
    ),
  };
  const { migrations } = componentBuilds(
    checkoutOf(root, files),
    parseConfiguration(CONFIGURATION, 'saiondo.yaml').components,
  );
  return recordedBuild(root, 'migrate', {
    variables: {
      PRISMA_SCHEMA: 'prisma/schema.prisma',
      PRISMA_MIGRATIONS: 'prisma/migrations',
      MIGRATIONS_DRIFT: drift,
      COMPONENT_DIR: 'backend/api',
      LLM_DIR: 'backend/llm',
      DB_HOST: '127.0.0.1',
      DB_PORT: String(port),
      DB_NAME: login.database,
      DB_USER: login.user,
      DB_PASSWORD: login.password,
      SNAPSHOT_OF: 'saiondo-prod-postgres',
      SNAPSHOT_PREFIX: 'saiondo-prod-before-migration-',
      npm_config_registry: NOWHERE,
      PIP_INDEX_URL: NOWHERE,
      http_proxy: NOWHERE,
      https_proxy: NOWHERE,
      ...known,
    },
    inputs: { LlmTest_Output: llm || (await carriedLlm()).folder },
    values: {
      runtimes: migrations.runtimes,
      commands: { ...migrations.commands },
      ...(known.KNOWN_RECIPE ? { known: 'database' as const } : {}),
    },
    commands: { npm: '', npx, aws: '' },
    files,
  });
}

/** What the database holds: `schema.table`, and Alembic's revision. */
async function database(): Promise<{ tables: string[]; revision: string | undefined }> {
  const client = new Client({ host: '127.0.0.1', port, ...login, ssl: { rejectUnauthorized: false } });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('public', 'llm') ORDER BY 1",
  );
  const versions = await client.query<{ version_num: string }>('SELECT version_num FROM llm.alembic_version');
  await client.end();
  return { tables: rows.map(({ name }) => name), revision: versions.rows[0]?.version_num };
}
const CARRY = ['CARRIED=$(node "$SCRIPTS/carry.js" pack) && export CARRIED'];
/** A registry that nobody answers at. */
const NOWHERE = 'http://127.0.0.1:9/';
const ofAws = (calls: readonly string[]): string[] =>
  calls.flatMap((call) => /: aws (rds [\w-]+(?: db-snapshot-available)?)/.exec(call)?.[1] ?? []);

test('Alembic’s migrations are applied after a snapshot, into a schema of their own, and the second time there are none', async () => {
  const first = await migrate({ a1: PROMPTS });
  expect([first.status, ofAws(first.calls)]).toEqual([
    'SUCCEEDED',
    ['rds create-db-snapshot', 'rds wait db-snapshot-available'],
  ]);
  // Nothing of it is in the schema that Prisma compares with the api's.
  expect(await database()).toEqual({ tables: ['llm.alembic_version', 'llm.prompts'], revision: 'a1' });
  const before = first.calls.findIndex((call) => call.includes('aws rds wait'));
  expect(first.calls.findIndex((call) => call.includes('npx prisma migrate deploy'))).toBeGreaterThan(before);

  const again = await migrate({ a1: PROMPTS });
  expect([again.status, ofAws(again.calls)]).toEqual(['SUCCEEDED', []]);
  expect(again.log).toContain('nothing to apply');
}, 240_000);

test('what the tests installed runs elsewhere: programs that name their own folder name the new one, and no other component came along', async () => {
  const { folder, log } = await carriedLlm();
  const digest = fs.readFileSync(path.join(folder, 'digest.txt'), 'utf8').trim();
  expect(log).toContain(`sha256 ${digest}`);
  const { stdout } = await execa('tar', ['-tzf', path.join(folder, 'carried.tgz')]);
  expect(stdout).toContain('./backend/llm/.venv/bin/alembic');
  expect(stdout).not.toContain('secret.txt');
  const { directory, log: migrated } = await migrate({ a1: PROMPTS });
  expect(migrated).toContain(`runs what was tested: sha256 ${digest}`);
  const program = fs.readFileSync(path.join(directory, 'src/backend/llm/.venv/bin/alembic'), 'utf8');
  expect(program).toContain(`${directory}/src/backend/llm/.venv/bin/python`);
}, 240_000);

test('an archive that is not what was packed is not run', async () => {
  const { folder } = await carriedLlm();
  const torn = fs.mkdtempSync(path.join(root, 'torn-'));
  fs.cpSync(folder, torn, { recursive: true });
  fs.truncateSync(path.join(torn, 'carried.tgz'), 1000);
  const { status, log, calls } = await migrate({}, { llm: torn });
  expect(status).toBe('FAILED');
  expect(log).toContain('is damaged');
  expect(calls).toEqual([]);
}, 240_000);

test('a revision that fails leaves the database as it was, and fails the build before anything is compared', async () => {
  const failed = await migrate({ a1: PROMPTS, a2: revision('a2', 'a1', 'ALTER TABLE missing ADD COLUMN x int') });
  expect(failed.status).toBe('FAILED');
  expect(failed.log).toContain('relation "missing" does not exist');
  expect(failed.calls.some((call) => call.includes('migrate diff'))).toBe(false);
  expect((await database()).revision).toBe('a1');
  // The password is in no line of it.
  expect(failed.log).not.toContain(encodeURIComponent(login.password));
}, 240_000);

test.each([
  ['error', 'FAILED', []],
  ['warn', 'SUCCEEDED', []],
  ['push', 'SUCCEEDED', ['db push']],
] as const)(
  'drift: %s',
  async (drift, status, pushed) => {
    const npx = `case "$*" in
    *"db pull"*) echo "generator client {" ;;
    *"migrate diff"*--script*) echo 'ALTER TABLE "users" ADD COLUMN "name" TEXT;' ;;
    *"migrate diff"*) exit 2 ;;
  esac`;
    const run = await migrate({}, { drift, npx });
    expect(run.status).toBe(status);
    expect(run.log).toContain('drift: the database is not what the schema says. This SQL would close it:');
    expect(run.log).toContain('ALTER TABLE "users" ADD COLUMN "name" TEXT;');
    if (drift !== 'push') expect(run.log).toContain('backend/api/prisma/migrations lacks a migration');
    expect(run.calls.flatMap((call) => /npx prisma (db push)/.exec(call)?.[1] ?? [])).toEqual(pushed);
  },
  240_000,
);

describe('known by its database', () => {
  const known = { KNOWN_RECIPE: 'recipe', KNOWN_DAYS: '14', KNOWN_FRESH: 'no' };
  const change = async (sql: string): Promise<void> => {
    const client = new Client({ host: '127.0.0.1', port, ...login, ssl: { rejectUnauthorized: false } });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  /** An artifact that holds an archive of one file. */
  const archive = async (text: string): Promise<string> => {
    const folder = fs.mkdtempSync(path.join(root, 'archive-'));
    fs.mkdirSync(path.join(folder, '.carried-with'));
    fs.writeFileSync(path.join(folder, '.carried-with/places.json'), '{"folder":"","files":[]}');
    fs.writeFileSync(path.join(folder, 'file.txt'), text);
    await execa(
      'sh',
      ['-c', 'tar -czf carried.tgz .carried-with file.txt && sha256sum carried.tgz | cut -c 1-64 > digest.txt'],
      { cwd: folder },
    );
    return folder;
  };
  let folder: string;
  const script = async (what: 'find' | 'keep', more: Readonly<Record<string, string>> = {}) => {
    const { stdout, stderr } = await execa(
      'node',
      [path.join(__dirname, '../../buildspecs/scripts/migrated.js'), what],
      {
        env: {
          ...{
            DB_HOST: '127.0.0.1',
            DB_PORT: String(port),
            DB_NAME: login.database,
            DB_USER: login.user,
            DB_PASSWORD: login.password,
          },
          ...{ CODEBUILD_SRC_DIR: folder, CODEBUILD_BUILD_SUCCEEDING: '1', ...known, ...more },
        },
      },
    );
    return { unchanged: stdout.includes('export UNCHANGED='), said: stderr };
  };
  beforeAll(async () => {
    folder = await archive('1');
    await change(
      'CREATE TABLE users (id int PRIMARY KEY, name text); CREATE TABLE _prisma_migrations (migration_name text, checksum text)',
    );
  });

  test('the same migrations on what they left say so within seconds: nothing is unpacked, and no tool starts', async () => {
    const first = await migrate({}, { known, llm: folder });
    expect(first.calls.some((call) => call.includes('npx prisma migrate deploy'))).toBe(true);
    const again = await migrate({}, { known, llm: folder });
    expect([again.status, again.calls]).toEqual(['SUCCEEDED', []]);
    expect(again.log).toContain('unchanged since');
    expect(again.log).not.toContain('runs what was tested');
    expect(again.log).not.toContain(encodeURIComponent(login.password));
  });

  // Each is drift, or a migration's own doing undone: the database is compared as a whole.
  test.each([
    ['a column', 'ALTER TABLE users ADD COLUMN age int'],
    ['a type', 'ALTER TABLE users ALTER COLUMN name TYPE varchar(9)'],
    ['a default', "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x'"],
    ['an index', 'CREATE INDEX by_name ON users (name)'],
    ['a constraint', 'ALTER TABLE users ADD CHECK (id > 0)'],
    ['an enumeration', "CREATE TYPE mood AS ENUM ('sad')"],
    ['a value of one', "ALTER TYPE mood ADD VALUE 'ok'"],
    ['a view', 'CREATE VIEW names AS SELECT name FROM users'],
    ['a function', 'CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'],
    [
      'a trigger',
      'CREATE TRIGGER same BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ],
    ['a sequence', 'CREATE SEQUENCE counter; ALTER SEQUENCE counter INCREMENT 2'],
    ['what a tool wrote down', "INSERT INTO _prisma_migrations VALUES ('2_more', 'c')"],
    ['a table that is gone', 'DROP TABLE users CASCADE'],
    ['what was written down here', 'DELETE FROM saiondo_pipeline.migrated'],
  ])('compared as a whole after %s was changed by hand', async (_, sql) => {
    await script('keep');
    expect((await script('find')).unchanged).toBe(true);
    await change(sql);
    expect((await script('find')).unchanged).toBe(false);
  });

  test('compared as a whole for another specification, another archive, a clock that jumped, and where everything is wanted anew', async () => {
    const clock = path.join(root, 'clock.js');
    const at = (days: number) => {
      fs.writeFileSync(clock, `const now = Date.now; Date.now = () => now() + ${days * 86_400_000};`);
      return script('find', { NODE_OPTIONS: `--require ${clock}` });
    };
    await script('keep');
    expect((await at(13)).unchanged).toBe(true);
    expect((await at(15)).unchanged).toBe(false);
    // A clock that went back: what was written down a moment ago is of the future.
    expect((await at(-1)).unchanged).toBe(false);
    const others: Record<string, string>[] = [
      { KNOWN_FRESH: 'yes' },
      { KNOWN_RECIPE: 'other' },
      { CODEBUILD_SRC_DIR: await archive('2') },
    ];
    for (const other of others) expect((await script('find', other)).unchanged).toBe(false);
    expect((await script('find')).unchanged).toBe(true);
  });

  test('a build that failed leaves nothing, nor does one without an archive, or whose differences are only a warning', async () => {
    await script('keep');
    const nothing: Record<string, string>[] = [
      { CODEBUILD_BUILD_SUCCEEDING: '0' },
      { MIGRATIONS_DRIFT: 'warn' },
      { CODEBUILD_SRC_DIR: root },
    ];
    for (const none of nothing) {
      await script('keep', { KNOWN_RECIPE: 'third', ...none });
      expect((await script('find', { KNOWN_RECIPE: 'third', ...none })).unchanged).toBe(false);
      expect((await script('find', { KNOWN_RECIPE: 'third' })).unchanged).toBe(false);
    }
  });

  test('two environments’ builds at once leave one row, which is whole', async () => {
    await Promise.all([script('keep'), script('keep'), script('keep')]);
    expect((await script('find')).unchanged).toBe(true);
  });

  test('a database that cannot be asked, and an archive that is damaged: the build is done as a whole, and says why', async () => {
    expect((await script('find', { DB_PASSWORD: 'wrong' })).said).toContain('password authentication failed');
    const torn = await archive('1');
    fs.truncateSync(path.join(torn, 'carried.tgz'), 10);
    expect((await script('find', { CODEBUILD_SRC_DIR: torn })).said).toContain('is damaged');
  });
});
