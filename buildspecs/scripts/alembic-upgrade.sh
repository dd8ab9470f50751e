# Applies Alembic's migrations of the llm. Its tables stand in a schema of their own, so that they are not taken for drift of the api's.
set -e
cd "$CODEBUILD_SRC_DIR/$LLM_DIR"
export DATABASE_URL="$ALEMBIC_URL"
.venv/bin/python -c 'import os, sqlalchemy as s; e = s.create_engine(os.environ["DATABASE_URL"]); c = e.connect(); c.execute(s.text("CREATE SCHEMA IF NOT EXISTS llm")); c.commit()'
PGOPTIONS='-c search_path=llm' .venv/bin/alembic upgrade head
