import 'reflect-metadata';
import { ServiceUnavailableException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HealthController } from '../src/health.controller';
import { PrismaService } from '../src/prisma.service';

async function controller(prisma: object): Promise<HealthController> {
  const module = await Test.createTestingModule({
    controllers: [HealthController],
    providers: [{ provide: PrismaService, useValue: prisma }],
  }).compile();
  return module.get(HealthController);
}

describe('GET /health', () => {
  it('says which migrations the database has', async () => {
    const health = await controller({
      user: { count: async () => 2 },
      $queryRaw: async () => [{ migration_name: '20260901000000_init' }],
    });
    await expect(health.health()).resolves.toEqual({ status: 'ok', users: 2, migrations: ['20260901000000_init'] });
  });

  it('is unavailable while the database is', async () => {
    const health = await controller({ user: { count: () => Promise.reject(new Error('connection refused')) } });
    await expect(health.health()).rejects.toThrow(ServiceUnavailableException);
  });
});
