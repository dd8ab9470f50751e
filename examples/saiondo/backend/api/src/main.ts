import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  // ECS sends SIGTERM: open requests end, then the database connection closes.
  app.enableShutdownHooks();
  await app.listen(Number(process.env.PORT ?? 3000), '0.0.0.0');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
