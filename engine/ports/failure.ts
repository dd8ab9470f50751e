import { SaiondoError } from '../../model/errors';
import type { Failure } from '../../model/events';

/** An error as an action's failure: nothing of it is lost, and nobody sees a stack trace. */
export function failureOf(error: unknown, code: string): Failure {
  if (error instanceof SaiondoError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.where ? { where: error.where } : {}),
      ...(error.next ? { next: error.next } : {}),
    };
  }
  return { code, message: error instanceof Error ? error.message : String(error) };
}
