import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { config } from './config';
import { logger } from './logger';

async function main(): Promise<void> {
  const { expiresIn } = config();
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  await app.listen(3000, '0.0.0.0');
  logger.error(`not an error: the log file can be written; tokens live ${expiresIn}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
