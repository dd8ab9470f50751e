import { SaiondoError } from '../../model/errors';

/**
 * Reads the number of an option: digits only, so that `1e3`, `0x10`, `-1` and an empty text are refused when the command line is read.
 * @param most the largest that is taken
 */
export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,10}$/.test(text) && value >= least && value <= most) return value;
    throw new SaiondoError(`${option} must be a whole number from ${least} to ${most} (got ${JSON.stringify(text)})`, {
      code: 'USAGE',
      next: `for example ${option} ${Math.max(least, Math.min(most, 10))}`,
    });
  };
}

/** Reads `--port`: 0 is a free one. */
export const portNumber = wholeNumber('--port', 0, 65_535);
