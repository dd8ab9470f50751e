import type { Recognizer } from '../../evidence/evidence';

/** A source that could not be read. */
export const source: Recognizer = {
  name: 'source',
  recognize: ({ provider, message }) =>
    provider === 'CodeStarSourceConnection'
      ? { summary: `the source could not be read: ${message.split('\n')[0]}`, known: 'source-connection' }
      : undefined,
};
