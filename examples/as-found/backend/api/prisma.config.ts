import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { defineConfig } from 'prisma/config';
import { connectionFields, reportNamesAsText } from './src/database-connection';

// `prisma generate` reads no database, but wants its URL to be set.
process.env.DATABASE_URL ??= 'postgresql://localhost:5432/saiondo';

// The migrations run in JavaScript through the same driver as the api: nothing is fetched when they are applied.
const query = pg.Query.prototype as unknown as {
  handleRowDescription(message: { fields?: { dataTypeID: number }[] }): void;
};
const handleRowDescription = query.handleRowDescription;
query.handleRowDescription = function (message) {
  reportNamesAsText(message.fields);
  handleRowDescription.call(this, message);
};

// Waiting for the migration lock starts a timer of ten seconds that nobody clears; it must not keep a finished migration alive.
const setTimer = globalThis.setTimeout;
globalThis.setTimeout = ((callback: () => void, milliseconds?: number) => {
  const timer = setTimer(callback, milliseconds);
  if (milliseconds === 10_000) timer.unref();
  return timer;
}) as typeof setTimeout;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  experimental: { adapter: true },
  engine: 'js',
  // Idle connections must not keep a finished migration alive.
  adapter: async () => new PrismaPg({ ...connectionFields(process.env.DATABASE_URL ?? ''), allowExitOnIdle: true }),
});
