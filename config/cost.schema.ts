import { z } from 'zod';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 07:30, in quotes');

/** `environments.NAME.cost`. */
export const costSchema = z.strictObject({
  /** US dollars a month; told of at 80 % and at 100 %, in a protected environment also when the forecast says so. */
  monthlyBudget: z.number().positive().max(1_000_000).optional(),
  /** Hours in which the services and the database run; outside them they are stopped. Never in a protected environment. */
  hours: z
    .strictObject({
      /** An IANA time zone. */
      timeZone: z
        .string()
        .refine(
          (name) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC',
          'an IANA time zone, such as Asia/Seoul',
        ),
      start: clock,
      stop: clock,
      /** Days on which they are started; they are stopped every evening. */
      days: z
        .array(z.enum(['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN']))
        .min(1)
        .default(['MON', 'TUE', 'WED', 'THU', 'FRI']),
    })
    .optional(),
});

/** What a month costs by default, in US dollars, before anybody is told: `saiondo cost` reckons an environment's own. */
export const DEFAULT_BUDGET = { dev: 200, protected: 900 } as const;
