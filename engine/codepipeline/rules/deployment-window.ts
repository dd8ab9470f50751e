import { Cron } from 'croner';
import { SaiondoError } from '../../../model/errors';

/** Whether a deployment window is open at a moment, and when it opens next if it is not. */
export interface Window {
  readonly open: boolean;
  readonly next?: Date;
}

/** Where the clock of a window's expression stands. */
type Zone = { readonly timezone: string } | { readonly utcOffset: number };

/**
 * Evaluates the expression of a DeploymentWindow rule (CodePipeline User Guide, "DeploymentWindow"): seconds (which the guide marks as not
 * applicable: they are passed over), minutes, hours, day of month, month, day of week from 1 = Sunday, and an optional year. The window is
 * open in every minute that the expression names.
 * @param zone `Region/City`, `UTC`, `UTC+05:30`, or an abbreviation such as `EST`
 * @throws SaiondoError `ConfigurationError`
 */
export function deploymentWindow(expression: string, zone: string | undefined, now: Date): Window {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 6 && fields.length !== 7)
    return invalid(`the Cron expression ${JSON.stringify(expression)} has ${fields.length} fields`);
  const [, minutes = '*', hours = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*', year = '*'] = fields;
  const at = zoneOf(zone ?? 'UTC');
  const local = localDate(now, at);
  const second = Math.floor(now.getTime() / 1000) * 1000;
  try {
    const cron = new Cron(
      ['*', minutes, hours, nearest(dayOfMonth.toUpperCase(), local), month, weekday(dayOfWeek.toUpperCase())]
        .map((field) => (field === '?' ? '*' : field))
        .join(' '),
      { ...at, legacyMode: false, paused: true },
    );
    const next = cron.nextRun(new Date(second - 1000)) ?? undefined;
    const open = next?.getTime() === second && inYears(year, local.year);
    return open || !next ? { open } : { open, next };
  } catch (cause) {
    if (cause instanceof SaiondoError) throw cause;
    return invalid(`the Cron expression ${JSON.stringify(expression)} cannot be read: ${(cause as Error).message}`);
  }
}

function invalid(message: string): never {
  throw new SaiondoError(message, {
    code: 'ConfigurationError',
    next: 'expected seconds, minutes, hours, day of month, month, day of week and perhaps a year, such as 0 * 9-17 ? * MON-FRI *',
  });
}

function zoneOf(zone: string): Zone {
  const offset = /^UTC([+-])(\d{2}):(\d{2})$/.exec(zone);
  if (offset) return { utcOffset: (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) };
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch (cause) {
    throw new SaiondoError(`there is no time zone ${zone}`, {
      code: 'ConfigurationError',
      next: 'expected Region/City, UTC, UTC+HH:MM, or an abbreviation such as EST',
      cause,
    });
  }
  return { timezone: zone };
}

function localDate(now: Date, zone: Zone): { year: number; month: number } {
  const moved = 'utcOffset' in zone ? new Date(now.getTime() + zone.utcOffset * 60_000) : now;
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: 'timezone' in zone ? zone.timezone : 'UTC',
    year: 'numeric',
    month: 'numeric',
  }).formatToParts(moved);
  const number = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return { year: number('year'), month: number('month') };
}

/** `L-3`, `15W`, `LW` as the day that they are in the month of the moment that is asked about; the rest is croner's. */
function nearest(field: string, { year, month }: { year: number; month: number }): string {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const before = /^L-(\d+)$/.exec(field);
  if (before) return String(Math.max(1, last - Number(before[1])));
  const around = /^(L|\d{1,2})W$/.exec(field);
  if (!around) return field;
  const day = around[1] === 'L' ? last : Math.min(Number(around[1]), last);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  if (weekday === 6) return String(day === 1 ? 3 : day - 1);
  if (weekday === 0) return String(day === last ? day - 2 : day + 1);
  return String(day);
}

/** Days of the week count from 1 = Sunday here and from 0 in croner; `L` alone is Saturday, and after a day the last of the month. The count after `#` and a step stay. */
function weekday(field: string): string {
  if (field === 'L') return '6';
  return field.replace(/([#/]?)(\d+)(L?)/g, (all: string, sign: string, digits: string, last: string) => {
    if (sign) return all;
    const day = Number(digits);
    if (day < 1 || day > 7) invalid(`the day of the week ${digits} is not between 1 (Sunday) and 7`);
    return `${day - 1}${last && '#L'}`;
  });
}

function inYears(field: string, year: number): boolean {
  return field.split(',').some((part) => {
    const [, from = '*', to, step] =
      /^(\*|\d{4})(?:-(\d{4}))?(?:\/(\d+))?$/.exec(part) ?? invalid(`the year ${part} cannot be read`);
    const first = from === '*' ? 1970 : Number(from);
    const last = to ? Number(to) : from === '*' || step ? 2199 : first;
    return year >= first && year <= last && (year - first) % Number(step ?? 1) === 0;
  });
}
