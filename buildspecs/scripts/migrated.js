// Known by its database. `migrated.js find` looks whether the database is what these very migrations left there: the archives that are carried here, this
// build's specification, and the database's structure, all as they were when they were applied and compared last. `migrated.js keep` writes that down, in the
// database itself, so that a restored one says what it was restored to. A structure that anybody has changed since is another one, and is compared as a whole.
const { createHash } = require('node:crypto');
const { ARCHIVE, archivesOf, inputsWith } = require('./archives.js');
const { withDatabase } = require('./postgres.js');

const { env } = process;
const DAY = 86_400_000;
/** Clocks of two hosts differ by less. */
const SKEW = 300_000;
/** A schema of the pipeline's own: no component's migrations look there. */
const OWN = 'saiondo_pipeline';
const access = {
  host: env.DB_HOST,
  port: env.DB_PORT,
  database: env.DB_NAME,
  user: env.DB_USER,
  password: env.DB_PASSWORD,
};
/** What a person gave to the pipeline's variable: whatever is not a no asks for everything anew. */
const isFresh = () => !/^(no|false)?$/i.test(env.KNOWN_FRESH ?? '');
const say = (line) => console.error(`known by its database: ${line}`);

const OURS = `n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${OWN}')`;
/** Everything that a migration makes and a comparison sees (PostgreSQL documentation, "System Catalogs"); a line each. */
const STRUCTURE = [
  `SELECT 'schema', n.nspname, n.nspowner::regrole, n.nspacl FROM pg_namespace n WHERE ${OURS}`,
  `SELECT 'relation', n.nspname, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions, c.relacl, c.relowner::regrole, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND c.relkind NOT IN ('i', 'I', 't')`,
  `SELECT 'column', n.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation, a.attacl, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE ${OURS} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind NOT IN ('i', 'I', 't')`,
  `SELECT 'constraint', n.nspname, k.conrelid::regclass, k.conname, k.convalidated, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${OURS}`,
  `SELECT 'index', n.nspname, pg_get_indexdef(i.indexrelid), i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  `SELECT 'sequence', n.nspname, c.relname, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  `SELECT 'trigger', t.tgrelid::regclass, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal`,
  `SELECT 'rule', pg_get_ruledef(r.oid) FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  `SELECT 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive, p.polroles, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy p`,
  `SELECT 'function', n.nspname, p.oid::regprocedure, p.prokind, p.proacl, CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) END FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OURS}`,
  `SELECT 'type', n.nspname, t.typname, t.typtype, t.typnotnull, t.typdefault, format_type(t.typbasetype, t.typtypmod), (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OURS} AND t.typelem = 0`,
  `SELECT 'extension', e.extname, e.extversion FROM pg_extension e`,
];
/** Where the tools write down what they have applied: its rows count, not only its columns. */
const LEDGERS = `SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relname IN ('_prisma_migrations', 'alembic_version') ORDER BY 1`;

/** The fingerprint of what would be applied, and of the database that it would be applied to. */
async function fingerprint(query) {
  const hash = createHash('sha256');
  const add = (value) => hash.update(`${JSON.stringify(value)}\n`);
  add(['migrated', env.KNOWN_RECIPE, archivesOf(env).map(({ digest }) => digest)]);
  for (const sql of STRUCTURE)
    for (const [line] of await query(`SELECT x::text FROM (${sql}) x ORDER BY x::text COLLATE "C"`)) add(line);
  for (const [table] of await query(LEDGERS))
    for (const [line] of await query(`SELECT x::text FROM ${table} x ORDER BY x::text COLLATE "C"`)) add([table, line]);
  return hash.digest('hex');
}

/** Where there is no archive nothing is known of what would be applied; a difference that is only a warning is said each time. */
const knowable = () =>
  Boolean(env.KNOWN_RECIPE) && env.MIGRATIONS_DRIFT !== 'warn' && inputsWith(env, ARCHIVE).length > 0;

async function find() {
  if (!knowable()) return;
  if (isFresh()) return say('everything is done anew (fresh)');
  await withDatabase(access, async (query) => {
    const [[there]] = await query(`SELECT to_regclass('${OWN}.migrated')`);
    const [[print, at] = []] = there ? await query(`SELECT fingerprint, at FROM ${OWN}.migrated`) : [];
    const age = Date.now() - Date.parse(at ?? '');
    if (!(age >= -SKEW && age <= Number(env.KNOWN_DAYS) * DAY)) return say('nothing of these days is written down');
    if (print !== (await fingerprint(query))) return say('other migrations, or another structure: compared as a whole');
    console.log(
      `export UNCHANGED='nothing to apply, and the database is as it was compared at ${new Date(at).toISOString()}'`,
    );
    say(`unchanged since ${at}`);
  });
}

async function keep() {
  if (env.UNCHANGED || env.CODEBUILD_BUILD_SUCCEEDING !== '1' || !knowable()) return;
  await withDatabase(access, async (query) => {
    const print = await fingerprint(query);
    await query(
      `BEGIN; CREATE SCHEMA IF NOT EXISTS ${OWN}; CREATE TABLE IF NOT EXISTS ${OWN}.migrated (fingerprint text NOT NULL, at text NOT NULL); DELETE FROM ${OWN}.migrated; INSERT INTO ${OWN}.migrated VALUES ('${print}', '${new Date(Date.now()).toISOString()}'); COMMIT`,
    );
    say(`written down as ${print.slice(0, 12)}`);
  });
}

// Whatever cannot be found out or written down is done as a whole, now and the next time.
(process.argv[2] === 'keep' ? keep() : find()).catch((error) => say(`compared as a whole: ${error.message}`));
