import { z } from "zod";

const Figures = z.looseObject({
  calls: z.string(),
  cost_rated_usd: z.string(),
  cost_estimated_usd: z.string(),
  cost_gateway_usd: z.string(),
  unpriced_calls: z.string(),
});
export type Figures = z.infer<typeof Figures>;

/** What the command line needs of a period. */
export const Period = z.looseObject({
  id: z.string(),
  zone: z.string(),
  from: z.string(),
  to: z.string(),
  state: z.string(),
  closed_at: z.string().nullable(),
  snapshot: z
    .looseObject({ totals: Figures, sha256: z.string(), closed_by: z.string(), reason: z.string() })
    .nullable(),
  reopening: z.looseObject({ requested_by: z.string(), reason: z.string() }).nullable(),
});
export type Period = z.infer<typeof Period>;

export const Periods = z.looseObject({ periods: z.array(Period) });

export const PeriodDetail = z.looseObject({
  ...Period.shape,
  data_until: z.string().nullable(),
  reopenings: z.array(
    z.looseObject({
      requested_by: z.string(),
      approved_by: z.string(),
      approved_at: z.string(),
      reason: z.string(),
    }),
  ),
  now: z.looseObject({ closed_at: z.string(), totals: Figures, lines: z.number(), sha256: z.string() }),
  difference: Figures.nullable(),
  unchanged: z.boolean().nullable(),
  late: z.array(
    z.looseObject({
      reason: z.string(),
      booked_in: z.string().nullable(),
      rows: z.number(),
      calls: z.number(),
      cost_usd: z.string(),
    }),
  ),
  closing: z
    .looseObject({
      unpriced_calls: z.number(),
      gaps: z.number(),
      rejects: z.number(),
      refused_for: z.array(z.string()),
    })
    .nullable(),
});
export type PeriodDetail = z.infer<typeof PeriodDetail>;
