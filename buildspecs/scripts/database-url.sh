# Puts the database's address together, one for each kind of client. RDS makes the password and uses any character; a URL does not take every
# one as it is. PENDING says whether anything is to be applied: `yes` unless somebody finds that there is nothing.
BASE_URL=$(node -p '`postgresql://${encodeURIComponent(process.env.DB_USER)}:${encodeURIComponent(process.env.DB_PASSWORD)}@${process.env.DB_HOST}:${process.env.DB_PORT}/${process.env.DB_NAME}`') || exit 1
export PRISMA_URL="$BASE_URL?schema=public&sslmode=require" ALEMBIC_URL="$BASE_URL?sslmode=require" PENDING=no
