import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';
import { connectionFields } from './database-connection';

let client: PrismaClient | undefined;

/** The one client of the database. */
export function prisma(): PrismaClient {
  client ??= new PrismaClient({ adapter: new PrismaPg(connectionFields(process.env.DATABASE_URL ?? '')) });
  return client;
}
