import { parseConfiguration } from '../../config/load';
import { checkRepository } from '../../repository/check/check';
import { openCheckout } from '../../repository/checkout';
import { migratedTables } from '../../repository/migrated-tables';
import { prismaOf, prismaTables } from '../../repository/prisma-schema';
import { configured } from '../app/configured';
import { SAMPLE } from '../app/synthesized';
import { changed, checkoutOf } from './changed';

const tables = (...migrations: string[]) =>
  Object.fromEntries([...migratedTables(migrations)].map(([name, columns]) => [name, [...columns].sort()]));

test.each<[string, string[], Record<string, string[]>]>([
  [
    'Prisma’s own form',
    ['-- CreateTable\nCREATE TABLE "users" (\n "id" SERIAL NOT NULL,\n CONSTRAINT "users_pkey" PRIMARY KEY ("id")\n);'],
    { users: ['id'] },
  ],
  [
    'by hand, in lower case',
    ['create table if not exists public.Users (Id int, "Name" text)'],
    { users: ['Name', 'id'] },
  ],
  ['a comma inside a type', ['CREATE TABLE a (x NUMERIC(10, 2) DEFAULT 0, y TEXT);'], { a: ['x', 'y'] }],
  [
    'a semicolon in a text',
    ["CREATE TABLE a (x TEXT DEFAULT ';', y TEXT); CREATE TABLE b (z INT)"],
    { a: ['x', 'y'], b: ['z'] },
  ],
  [
    'a column that comes later',
    ['CREATE TABLE a (x INT);', 'ALTER TABLE "a" ADD COLUMN "y" TEXT, ADD z INT;'],
    { a: ['x', 'y', 'z'] },
  ],
  [
    'a column that goes',
    ['CREATE TABLE a (x INT, y INT);', 'ALTER TABLE ONLY a DROP COLUMN IF EXISTS y;'],
    { a: ['x'] },
  ],
  ['a renamed column', ['CREATE TABLE a (x INT); ALTER TABLE a RENAME COLUMN x TO "newX";'], { a: ['newX'] }],
  ['a renamed table', ['CREATE TABLE "_new" ("x" INT); ALTER TABLE "_new" RENAME TO "a";'], { a: ['x'] }],
  ['a table that goes', ['CREATE TABLE a (x INT); CREATE TABLE b (x INT); DROP TABLE "a";'], { b: ['x'] }],
  [
    'a constraint is no column',
    ['CREATE TABLE a (x INT); ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0);'],
    { a: ['x'] },
  ],
  [
    'comments',
    ['/* CREATE TABLE no (x INT); */ -- CREATE TABLE no (x INT);\nCREATE TABLE a (x INT) -- end'],
    { a: ['x'] },
  ],
])('what migrations make: %s', (_name, migrations, made) => {
  expect(tables(...migrations)).toEqual(made);
});

test('a schema’s tables: mapped names, enums, lists; no relation, no comment, no view', () => {
  const schema = `datasource db {
  provider = "postgresql"
}
enum Role { A B }
enum Kind {
  A
}
model User {
  id    Int      @id
  kind  Kind     @default(A)
  tags  String[]
  at    DateTime @map("created_at")
  place Unsupported("point")?
  posts Post[]
  // old  Int
  @@map("users")
}
view Recent {
  id Int
}
model Post {
  id     Int  @id
  user   User @relation(fields: [userId], references: [id])
  userId Int
}
`;
  const checkout = checkoutOf({ 'api/prisma/schema.prisma': schema });
  const prisma = prismaOf(checkout, 'api');
  expect(prisma).toEqual({
    directory: 'api',
    schema: 'prisma/schema.prisma',
    files: ['api/prisma/schema.prisma'],
    migrations: 'prisma/migrations',
  });
  const found = prisma ? prismaTables(checkout, prisma) : [];
  expect(found.map(({ name, line, columns }) => [name, line, columns.map((one) => `${one.name}:${one.line}`)])).toEqual(
    [
      ['users', 8, ['id:9', 'kind:10', 'tags:11', 'created_at:12', 'place:13']],
      ['Post', 21, ['id:22', 'userId:24']],
    ],
  );
});

test.each<[string, Record<string, string>, object | undefined]>([
  ['none', { 'api/package.json': '{}' }, undefined],
  [
    'package.json names it',
    { 'api/package.json': '{"prisma":{"schema":"./db/schema.prisma"}}', 'api/db/schema.prisma': '' },
    { schema: 'db/schema.prisma', migrations: 'db/migrations' },
  ],
  [
    'prisma.config names it',
    {
      'api/prisma.config.ts':
        "export default defineConfig({ schema: 'db/main.prisma', migrations: { path: 'db/sql' } })",
      'api/db/main.prisma': '',
    },
    { schema: 'db/main.prisma', migrations: 'db/sql' },
  ],
  [
    'prisma.config joins it',
    { 'api/prisma.config.ts': "schema: path.join('db', 'x.prisma')", 'api/prisma/schema.prisma': '' },
    { schema: 'prisma/schema.prisma', migrations: 'prisma/migrations' },
  ],
  [
    'a folder of files',
    {
      'api/package.json': '{"prisma":{"schema":"prisma"}}',
      'api/prisma/schema.prisma': 'datasource db {\n}',
      'api/prisma/models/user.prisma': 'model User {\n id Int\n}',
    },
    { schema: 'prisma', migrations: 'prisma/migrations' },
  ],
  [
    'next to the project',
    { 'api/package.json': '{"prisma":{"schema":"../db/schema.prisma"}}', 'db/schema.prisma': '' },
    { schema: '../db/schema.prisma', migrations: '../db/migrations' },
  ],
])('where Prisma is: %s', (_name, files, expected) => {
  const prisma = prismaOf(checkoutOf(files), 'api');
  if (expected) expect(prisma).toMatchObject(expected);
  else expect(prisma).toBeUndefined();
});

const sample = openCheckout(SAMPLE);
const MODEL = '\nmodel Point {\n  id Int @id\n\n  @@map("points")\n}\n';
const SCHEMA = 'backend/api/prisma/schema.prisma';
const PUSH = { 'environments.dev.migrations.drift': 'push' };
const NETWORK = 'environments.prod.database.existing';
test.each<[string, string, Record<string, unknown>, string, RegExp]>([
  ['a table, error', MODEL, {}, 'stops', /1 of \d tables: points; dev would stop at its migration.*; prod would stop/],
  [
    'a table, error in prod alone',
    MODEL,
    PUSH,
    'stops',
    /points; prod would stop at its migration, for its migrations.drift is error$/,
  ],
  [
    'a table, warn in prod',
    MODEL,
    { ...PUSH, 'environments.prod.migrations.drift': 'warn' },
    'stops',
    /points; prod would start without them/,
  ],
  [
    'a table, warn in dev',
    MODEL,
    { 'environments.dev.migrations.drift': 'warn', 'environments.prod.migrations.drift': 'warn' },
    'stops',
    /points; prod would/,
  ],
  [
    'a table that a database may have already',
    MODEL,
    {
      ...PUSH,
      'environments.prod.migrations': { drift: 'warn', snapshot: false },
      [NETWORK]: {
        host: 'db.example.com',
        name: 'saiondo',
        secret: 'arn:aws:secretsmanager:ap-northeast-2:333333333333:secret:db-abcdef',
      },
    },
    'warning',
    /no migration makes 1 of \d tables: points$/,
  ],
])('what an environment lacks is said: %s', (_name, more, values, level, said) => {
  const checkout = changed(sample, { [SCHEMA]: `${sample.text(SCHEMA) ?? ''}${more}` });
  const found = checkRepository(checkout, parseConfiguration(configured(values), 'saiondo.yaml'));
  const [one] = found.filter(({ what }) => what === 'api.migrations');
  expect([one?.level, one?.found]).toEqual([level, expect.stringMatching(said)]);
  expect(one?.fix).toContain('npx prisma migrate dev --name close-drift in backend/api');
});

test('a column that no migration makes is named with its line', () => {
  const text = (sample.text(SCHEMA) ?? '').replace(/^(model \w+ \{\n)/m, '$1  nickname String?\n');
  const checkout = changed(sample, { [SCHEMA]: text });
  const found = checkRepository(checkout, parseConfiguration(configured(PUSH), 'saiondo.yaml'));
  const [one] = found.filter(({ what }) => what === 'api.migrations');
  expect(one).toMatchObject({
    level: 'stops',
    where: { line: text.split('\n').findIndex((line) => line.includes('nickname')) + 1 },
    found: expect.stringMatching(/^no migration makes 1 column: \w+\.nickname; prod would stop/),
  });
});
