import type { Recognizer } from '../../evidence/evidence';

/** A denied permission says itself what is missing: the source could well be read. */
const DENIED = /is not authorized to perform: /;

/** A source that could not be read. */
export const source: Recognizer = {
  name: 'source',
  recognize: ({ provider, message }) =>
    provider === 'CodeStarSourceConnection' && !DENIED.test(message)
      ? { summary: `the source could not be read: ${message.split('\n')[0]}`, known: 'source-connection' }
      : undefined,
};
