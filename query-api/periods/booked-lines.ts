import { failure } from "#core/failure.ts";
import { formatMoney } from "#core/money.ts";
import { FIGURE_METERS, type PeriodFigures } from "#core/periods/figures.ts";
import type { PeriodLine } from "#core/periods/totals-hash.ts";
import type { Books } from "#query-api/queries/booked-calls.ts";
import { type CostSums, costsQuery } from "#query-api/queries/costs.ts";
import type { Reader } from "#query-api/reader.ts";
import { storedMoney } from "#query-api/stored-money.ts";

/** A company has tens of teams and models; more lines than these are refused, never cut. */
const LINES_MAX = 50_000;

/** What is booked in a range by team and model: the same sums as `/v1/costs` makes of it with `basis=booked`. */
export async function bookedLines(
  reader: Reader,
  range: { readonly from: string; readonly to: string },
  books: Books,
): Promise<readonly PeriodLine[]> {
  const shape = { granularity: "none", groupBy: ["team", "model"], filters: [], order: "name" } as const;
  const { from, to } = range;
  const values = { from, to, tz: "UTC", filters: {}, rowsMax: LINES_MAX + 1, books };
  const sums = await reader.rows(costsQuery(shape, values));
  if (sums.length > LINES_MAX)
    throw failure("QUERY_TOO_WIDE", { rowsMax: LINES_MAX, narrow: "A period has a line a team and model." });
  return sums.map((line) => ({
    team: line.by_team ?? null,
    model: line.by_model ?? null,
    figures: figuresOf(line),
  }));
}

function figuresOf(sums: CostSums): PeriodFigures {
  const money = (text: string) => formatMoney(storedMoney(text));
  const meters = FIGURE_METERS.map(
    (name) => [name, sums[name] === null ? null : String(sums[name])] as const,
  );
  return {
    calls: String(sums.calls),
    cost_rated_usd: money(sums.cost_rated),
    cost_estimated_usd: money(sums.cost_estimated),
    cost_gateway_usd: money(sums.cost_gateway),
    estimated_calls: String(sums.estimated_calls),
    gateway_calls: String(sums.gateway_calls),
    unpriced_calls: String(sums.unpriced_calls),
    ...(Object.fromEntries(meters) as Pick<PeriodFigures, (typeof FIGURE_METERS)[number]>),
  };
}
