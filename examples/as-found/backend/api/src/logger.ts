import { createLogger, format, transports } from 'winston';

/** Writes to the console, and errors to a file. */
export const logger = createLogger({
  level: 'info',
  format: format.simple(),
  transports: [new transports.Console(), new transports.File({ filename: 'logs/error.log', level: 'error' })],
});
