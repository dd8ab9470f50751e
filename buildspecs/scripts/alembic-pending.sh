# Sets PENDING=yes where the llm's folder has a revision that its database has not: the heads of both, compared. `alembic current --check-heads`
# is of Alembic 1.17 and newer only.
HEADS=$(cd "$CODEBUILD_SRC_DIR/$LLM_DIR" && .venv/bin/alembic heads | sed -n '/(head)/s/ .*//p' | sort)
APPLIED=$(cd "$CODEBUILD_SRC_DIR/$LLM_DIR" && PGOPTIONS='-c search_path=llm' DATABASE_URL="$ALEMBIC_URL" .venv/bin/alembic current | sed -n '/(head)/s/ .*//p' | sort)
[ "$HEADS" = "$APPLIED" ] || export PENDING=yes
