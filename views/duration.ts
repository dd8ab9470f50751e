/** The time between two instants, as a person reads it: `4.2 s`, `3 min 05 s`. */
export function duration(from: string, to: string): string {
  return seconds((Date.parse(to) - Date.parse(from)) / 1000);
}

/** Seconds as a person reads them. */
export function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/** Seconds as a person reads them while they pass: without tenths, so that a line changes once a second. */
export function wholeSeconds(value: number): string {
  return value < 60 ? `${Math.max(0, Math.floor(value))} s` : seconds(Math.floor(value));
}
