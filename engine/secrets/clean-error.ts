import { SaiondoError } from '../../model/errors';
import type { Clean } from './redact-event';

/** An error as it may be shown: no secret in its message, its advice or its stack, and nothing of what caused it but the stack's lines. */
export function cleanError(error: unknown, clean: Clean): unknown {
  if (error instanceof SaiondoError) {
    const { code, source, where, next } = error;
    const cleaned = new SaiondoError(clean(error.message), {
      code,
      source,
      ...(where ? { where } : {}),
      ...(next ? { next: clean(next) } : {}),
    });
    cleaned.stack = clean(error.stack ?? '');
    return cleaned;
  }
  if (!(error instanceof Error)) return typeof error === 'string' ? clean(error) : error;
  const cleaned = new Error(clean(error.message));
  cleaned.name = error.name;
  cleaned.stack = clean(error.stack ?? '');
  return cleaned;
}
