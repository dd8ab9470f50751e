import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';
import { connectionFields } from './database-connection';

/** The database, for whoever is injected with it. */
@Injectable()
export class PrismaService extends PrismaClient implements OnModuleDestroy {
  constructor() {
    super({ adapter: new PrismaPg(connectionFields(process.env.DATABASE_URL ?? '')) });
  }

  async onModuleDestroy(): Promise<void> {
    await this.$disconnect();
  }
}
