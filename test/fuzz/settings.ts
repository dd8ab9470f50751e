import type { Parameters } from 'fast-check';

/**
 * How much a property is tried. `npm test` tries the same inputs each time; `npm run fuzz` (FUZZ_RUNS) tries many, others each time, and
 * says which seed shows what it found.
 * @param runs in `npm test`
 * @param share of FUZZ_RUNS, for a property that is slow
 */
export function tries<T>(runs: number, share = 1): Parameters<T> {
  const asked = Number(process.env.FUZZ_RUNS ?? 0);
  const seed = process.env.FUZZ_SEED;
  if (asked > 0) return { numRuns: Math.ceil(asked * share), ...(seed ? { seed: Number(seed) } : {}) };
  return { numRuns: runs, seed: 20_260_101 };
}

/** Milliseconds that a property may take. */
export const PATIENCE = process.env.FUZZ_RUNS ? 3_600_000 : 60_000;
