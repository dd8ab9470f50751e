import { plain } from '../model/plain-text';

/** Why a call failed, in one line for a person. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return plain(String(error));
  const status = (error as Error & { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  // A rehearsal that does not run any more has its runs on disk, and nothing of the services that ran with it.
  if (status === 501) return 'a rehearsal that does not run any more cannot be asked';
  return plain(error.message).split('\n')[0] || error.name;
}
