/** What one measurement came to, and what it may come to. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  /** Empty for a ratio. */
  readonly unit: '' | 's' | 'ms' | 'MB';
  /** The most that it may be. */
  readonly bound: number;
  /** What it was reckoned from. */
  readonly detail?: string;
}

/** The middle one of some figures; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Seconds of wall time that some work takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const started = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - started) / 1e9;
}

/** A measurement in a line, with `OVER` before one that is over its bound. */
export function lineOf({ name, value, unit, bound, detail }: Measured): string {
  const withUnit = (number: string): string => (unit ? `${number} ${unit}` : number);
  const verdict = value <= bound ? '' : 'OVER: ';
  return `${verdict}${name}: ${withUnit(value.toFixed(2))} (bound ${withUnit(`≤ ${bound}`)}${detail ? `; ${detail}` : ''})`;
}
