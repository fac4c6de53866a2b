import { z } from "zod";
import { WEEK_DAYS } from "#core/calendar.ts";
import { Amount, Integer, Standing } from "#query-api/answer-types.ts";
import { Belief } from "#query-api/belief.ts";
import { Compared } from "#query-api/compare-costs.ts";
import { CostRow, Figures } from "#query-api/cost-row.ts";
import { BASES } from "#query-api/costs-question.ts";
import { COST_DIMENSIONS } from "#query-api/dimensions.ts";
import { GRANULARITIES } from "#query-api/granularity.ts";
import { READ_FROM } from "#query-api/read-costs.ts";
import { Conversion, Converted } from "#query-api/reporting-currency.ts";

/** What `/v1/costs` answers. */
export const CostsAnswer = z.object({
  ...Standing,
  book_as_of: Belief.optional(),
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  granularity: z.enum(GRANULARITIES),
  week_start: z.enum(WEEK_DAYS),
  fiscal_start: z.string(),
  group_by: z.array(z.enum(COST_DIMENSIONS)),
  tag_key: z.string().optional(),
  basis: z.enum(BASES),
  unpriced_calls: Integer,
  gateway_calls: Integer,
  gateway_cost: Amount,
  read_from: z
    .enum(READ_FROM)
    .describe(
      "The calls, or the rollup that was summed up. What a rollup had not seen yet is read from the calls.",
    ),
  buckets_behind: z
    .int()
    .describe("How many five-minute buckets the rollup was behind with; their calls were read."),
  compared_with: z
    .object({ from: z.string(), to: z.string() })
    .optional()
    .describe("The range before; only with `compare`."),
  converted_by: Conversion.optional().describe("The rate, its source and its day; only with `currency`."),
  totals: z.object({ ...Figures.shape, ...Compared, ...Converted }),
  rows: z.array(z.object({ ...CostRow.shape, ...Compared, ...Converted })),
});
export type AnswerRow = CostsAnswer["rows"][number];
export type CostsAnswer = z.infer<typeof CostsAnswer>;
