import { z } from 'zod';

const dollars = z.number().nonnegative();

/** What `saiondo cost --json` prints. Money in US dollars, times in minutes. */
export const costShape = z.object({
  currency: z.string(),
  prices: z.object({ region: z.string(), date: z.string(), basis: z.string() }),
  run: z.object({
    /** The run whose minutes were measured; without it all are expected ones. */
    id: z.string().optional(),
    actions: z.array(
      z.object({
        stage: z.string(),
        action: z.string(),
        minutes: z.number(),
        basis: z.enum(['measured', 'expected']),
        build: dollars,
        pipeline: dollars,
      }),
    ),
    total: dollars,
  }),
  environments: z.array(
    z.object({
      name: z.string(),
      monthly: dollars,
      running: z.number().min(0).max(1),
      items: z.array(
        z.object({ stack: z.string(), resource: z.string(), type: z.string(), what: z.string(), monthly: dollars }),
      ),
      notPriced: z.array(z.string()),
    }),
  ),
});

/** {@link costShape}'s value. */
export type Cost = z.infer<typeof costShape>;
