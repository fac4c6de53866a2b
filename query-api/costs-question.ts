import { z } from "zod";
import { calendarParameters } from "#core/calendar.ts";
import { FORMATS } from "#query-api/answer-format.ts";
import { costsAsOf } from "#query-api/belief.ts";
import { BOOKED_DIMENSIONS, COST_DIMENSIONS } from "#query-api/dimensions.ts";
import { GRANULARITIES } from "#query-api/granularity.ts";
import { groupBy, tagKey } from "#query-api/group-by.ts";
import { from, manyOf, to, zone } from "#query-api/parameters.ts";
import { COST_ORDERS } from "#query-api/queries/costs.ts";
import { currencyParameters } from "#query-api/reporting-currency.ts";

const filters = Object.fromEntries(
  COST_DIMENSIONS.map((name) => [
    name,
    manyOf(`Only calls with this ${name}; repeatable. Empty: not known.`),
  ]),
) as Record<(typeof COST_DIMENSIONS)[number], ReturnType<typeof manyOf>>;

/** What a time means in a question about costs. */
export const BASES = ["usage", "booked"] as const;

/** What `/v1/costs` can be asked. */
export const CostsQuestion = z.strictObject({
  from,
  to,
  tz: zone,
  granularity: z
    .enum(GRANULARITIES)
    .default("none")
    .describe("Periods of local time; `week_start` and `fiscal_start` say where some begin."),
  ...calendarParameters,
  group_by: groupBy,
  ...filters,
  tag_key: tagKey,
  compare: z
    .enum(["previous"])
    .optional()
    .describe(
      "Beside each group what it was in the range before: as many months where the range begins and ends with a month of `tz`, else as many days, else as long. Only with `granularity=none`.",
    ),
  order: z
    .enum([...COST_ORDERS, "change"])
    .default("cost")
    .describe(
      "Within a period: dearest first, most calls first, or by name. `change`, with `compare`: those first whose cost moved most, up or down.",
    ),
  read: z
    .enum(["auto", "calls"])
    .default("auto")
    .describe(
      "`auto`: sums of five minutes, or of longer stretches of days, where they can tell, else the calls; `calls`: always the calls, which know `requests`. All other figures are the same.",
    ),
  basis: z
    .enum(BASES)
    .default("usage")
    .describe(
      "`usage`: calls count when they began. `booked`: as the books have it (docs/periods.md): what came after a period was closed counts in the first period that was open then. Read from the calls; alone has `group_by=corrects_period,correction_reason`.",
    ),
  book_as_of: costsAsOf,
  ...currencyParameters,
  format: z.enum(FORMATS).optional().describe("Wins over the Accept header."),
});
export type CostsQuestion = z.infer<typeof CostsQuestion>;

/** What is wrong with a question whose parameters are each right, in words. */
export function costsFaults(question: CostsQuestion): readonly string[] {
  const { compare, granularity, order, basis } = question;
  const faults: string[] = [];
  if (compare !== undefined && granularity !== "none") faults.push("compare needs granularity=none");
  if (order === "change" && compare === undefined) faults.push("order=change needs compare=previous");
  const names = question.group_by.map(String);
  const booked = BOOKED_DIMENSIONS.filter((name) => names.includes(name) || question[name] !== undefined);
  if (basis !== "booked" && booked.length > 0) faults.push(`${booked.join(" and ")} need basis=booked`);
  if (basis === "booked" && question.book_as_of !== undefined)
    faults.push("basis=booked has the books as they are; ask for book_as_of with basis=usage");
  return faults;
}
