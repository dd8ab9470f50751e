import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { PrismaService } from './prisma.service';

/** What the load balancer and the smoke test ask. Healthy means: the database answers and its migrations are in. */
@Controller('health')
export class HealthController {
  constructor(private readonly prisma: PrismaService) {}

  @Get()
  async health(): Promise<{ status: string; users: number; migrations: string[] }> {
    try {
      const users = await this.prisma.user.count();
      const applied = await this.prisma.$queryRaw<{ migration_name: string }[]>`
        SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name`;
      return { status: 'ok', users, migrations: applied.map((row) => row.migration_name) };
    } catch (error) {
      throw new ServiceUnavailableException({ status: 'error', database: (error as Error).message.split('\n').pop() });
    }
  }
}
