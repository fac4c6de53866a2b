import { z } from "zod";
import { BASES } from "#query-api/costs-question.ts";
import { EXPORT_FILTERS, EXPORT_PARAMETERS, readQuestion } from "#query-api/exports/asked.ts";
import { EXPORT_FORMATS } from "#query-api/exports/export-format.ts";
import type { ExportKind } from "#query-api/exports/export-kind.ts";
import { GRAINS, planCosts } from "#query-api/exports/plan-costs.ts";

const DAYS_MAX = { call: 400, day: 1830 } as const;

const Query = z.strictObject({
  ...EXPORT_PARAMETERS,
  grain: z.enum(GRAINS).default("call").describe("A row a call, or a row a local day and group."),
  basis: z
    .enum(BASES)
    .default("usage")
    .describe(
      "`usage`: calls that began in [from, to). `booked`: what is booked there (docs/periods.md), with `corrects_period` and `correction_reason`; of a closed period it does not move.",
    ),
  ...EXPORT_FILTERS,
  format: z.enum(EXPORT_FORMATS).default("csv"),
});

/** Calls or daily costs. */
export const ASK_COSTS: ExportKind<typeof Query> = {
  querystring: Query,
  plan: async (query, deps, reader) => {
    const { grain, format, basis } = query;
    const { question, pin } = await readQuestion(query, DAYS_MAX[grain], deps, reader);
    return planCosts(reader, { grain, format, basis, question, pin });
  },
};
