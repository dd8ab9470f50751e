import type { Recognizer } from '../../evidence/evidence';

/** A manual approval that was rejected, or that nobody answered in time. */
export const approval: Recognizer = {
  name: 'approval',
  recognize: ({ provider, message }) =>
    provider === 'Manual'
      ? { summary: message ? `not approved: ${message}` : 'not approved', known: 'approval-rejected' }
      : undefined,
};
