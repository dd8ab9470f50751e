# Compares the migrated database with PRISMA_SCHEMA, whose migrations are in PRISMA_MIGRATIONS. MIGRATIONS_DRIFT says what a difference means: error,
# warn, or push, which makes the database what the schema says. A rollback runs sources that are older than the database: migrations run forward only,
# so that is not drift.
export DATABASE_URL="$PRISMA_URL"
FOLDER=$(mktemp -d)
MIGRATIONS=$PRISMA_MIGRATIONS
NAMES=$(find "$MIGRATIONS" -mindepth 1 -maxdepth 1 -type d -exec basename {} \; 2> /dev/null | sed "s/.*/,'&'/" | tr -d '\n')
printf '%s' "DO \$\$ BEGIN IF EXISTS (SELECT 1 FROM _prisma_migrations WHERE rolled_back_at IS NULL AND migration_name NOT IN (''$NAMES)) THEN RAISE EXCEPTION 'the database is ahead of these sources'; END IF; END \$\$;" > "$FOLDER/question.sql"
if ! npx prisma db execute --file "$FOLDER/question.sql" --schema "$PRISMA_SCHEMA" > "$FOLDER/answer.txt" 2>&1; then
  grep -q 'the database is ahead of these sources' "$FOLDER/answer.txt" || { cat "$FOLDER/answer.txt"; exit 1; }
  echo 'the database has migrations that these sources do not know, as after a rollback: it is not compared with their schema'
  exit 0
fi
# What the database holds, read back by Prisma; warnings stand ahead of its first block. A database without a table has nothing to read back (P4001).
if npx prisma db pull --print --schema "$PRISMA_SCHEMA" > "$FOLDER/pulled.txt" 2> "$FOLDER/pull-error.txt"; then
  sed -n '/^\(generator\|datasource\) /,$p' "$FOLDER/pulled.txt" > "$FOLDER/actual.prisma"
  FROM="--from-schema-datamodel $FOLDER/actual.prisma"
elif grep -q P4001 "$FOLDER/pulled.txt" "$FOLDER/pull-error.txt"; then
  FROM=--from-empty
else
  cat "$FOLDER/pulled.txt" "$FOLDER/pull-error.txt"
  exit 1
fi
npx prisma migrate diff --exit-code $FROM --to-schema-datamodel "$PRISMA_SCHEMA" && exit 0
STATUS=$?
# Exit code 2 says that they differ; every other is Prisma's own failure.
[ "$STATUS" = 2 ] || exit 1
echo 'drift: the database is not what the schema says. This SQL would close it:'
npx prisma migrate diff $FROM --to-schema-datamodel "$PRISMA_SCHEMA" --script
case "$MIGRATIONS_DRIFT" in
  push)
    echo 'migrations.drift is push: the database becomes what the schema says, by no migration'
    exec npx prisma db push --skip-generate --schema "$PRISMA_SCHEMA"
    ;;
  warn)
    echo "drift: a warning only (migrations.drift: warn). $COMPONENT_DIR/$MIGRATIONS lacks a migration"
    ;;
  *)
    echo "drift: $COMPONENT_DIR/$MIGRATIONS lacks a migration with the SQL above. In $COMPONENT_DIR: npx prisma migrate dev --name close-drift"
    echo 'drift: where somebody changed the database by hand, mend the schema or the database (docs/baseline.md)'
    exit 1
    ;;
esac
