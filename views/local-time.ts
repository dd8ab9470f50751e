// Times for people: in the zone and the order of this machine's settings (TZ, LC_ALL, LANG), as Intl finds them. JSON and files keep ISO 8601 with Z.

/** A point of time with its day and its zone: `Nov 28, 2026, 9:22 PM GMT+9`. @param time ISO 8601 */
export function dateTime(time: string): string {
  return new Date(time).toLocaleString(undefined, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
}

/** The time of the day, on 24 hours: `21:22:24`. @param time ISO 8601 */
export function clock(time: string): string {
  const at = new Date(time);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((one) => String(one).padStart(2, '0')).join(':');
}

/** A point of time in a table of recent ones: `Nov 28 21:22`. @param time ISO 8601 */
export function dayTime(time: string): string {
  const at = new Date(time);
  return `${at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })} ${clock(time).slice(0, 5)}`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How far a point of time lies ahead: `in 6 days`, `in 1 hour`, `now`, `2 days ago`. @param time ISO 8601 @param now in milliseconds */
export function distance(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!unit) return seconds >= 0 ? 'in less than a minute' : 'just now';
  // Seven days less a second are seven days to a person; an hour and a half is not two.
  const count = Math.floor(Math.abs(seconds) / unit[1] + 0.02);
  const text = `${count} ${unit[0]}${count === 1 ? '' : 's'}`;
  return seconds >= 0 ? `in ${text}` : `${text} ago`;
}

/** Until when something waits: `in 6 days (Dec 5, 2026, 8:23 PM GMT+9)`. @param time ISO 8601 */
export function deadline(time: string, now: number): string {
  return `${distance(time, now)} (${dateTime(time)})`;
}
