import { z } from "zod";
import { COST_STATUSES } from "#core/cost-status.ts";
import { listCost } from "#core/list-cost.ts";
import type { Money } from "#core/money.ts";
import { bookOf, type PriceBook } from "#core/price-book.ts";
import { type RatableCall, rate } from "#core/rating.ts";
import { lineArithmetic } from "#core/rating-arithmetic.ts";
import type { RatingLine } from "#core/rating-lines.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { Amount, Integer } from "#query-api/answer-types.ts";
import { usd } from "#query-api/stored-money.ts";

const Line = z.object({
  meter: z.string().describe("A meter, or the unit of an open one."),
  quantity: z.string(),
  list_rate: z
    .string()
    .nullable()
    .describe("USD for `per`, by the price row. null: only the contract has one."),
  per: z.int(),
  list_cost: Amount.nullable(),
  negotiated_rate: z.string().nullable().describe("What stands in the list rate's place."),
  cost: Amount.describe("The discount taken off."),
  assumed: z.string().nullable().describe("Why another meter's rate was taken."),
  arithmetic: z
    .string()
    .describe("The line as it is worked out by hand; `~` where digits beyond 1e-12 went."),
});

export const Explanation = z
  .object({
    settings_offset: Integer.describe("The book: the settings as of this offset."),
    status: z.enum(COST_STATUSES),
    note: z.string(),
    price_id: z.string().nullable(),
    price_sources: z.array(z.string()).describe("Where the row's rates were read."),
    discount: z.object({ id: z.string(), percent: z.string().nullable() }).nullable(),
    lines: z.array(Line),
    list_cost: Amount.nullable().describe("The sum of the lines at the list price. null: not known."),
    cost: Amount.nullable().describe("The sum of the lines. null: unpriced."),
  })
  .meta({ id: "Explanation", description: "A cost, line by line." });
export type Explanation = z.infer<typeof Explanation>;

/** What a call costs by the settings of one offset, line by line. */
export function explain(call: RatableCall, settings: SettingsState): Explanation {
  const rating = rate(bookFor(settings), call);
  const row = rating.priceId === null ? undefined : settings.prices.get(rating.priceId)?.value;
  const discount = rating.discountId === null ? undefined : settings.discounts.get(rating.discountId)?.value;
  return {
    settings_offset: settings.offset,
    status: rating.status,
    note: rating.note,
    price_id: rating.priceId,
    price_sources: row?.sources ?? [],
    discount: discount === undefined ? null : { id: discount.id, percent: discount.percent },
    lines: rating.lines.map((line) => shownLine(line, discount?.percent ?? null)),
    list_cost: amountOf(listCost(rating)),
    cost: amountOf(rating.cost),
  };
}

function shownLine(line: RatingLine, percent: string | null): z.infer<typeof Line> {
  return {
    meter: line.meter,
    quantity: line.quantity,
    list_rate: line.listRate,
    per: line.per,
    list_cost: amountOf(line.list),
    negotiated_rate: line.negotiatedRate,
    cost: usd(line.cost),
    assumed: line.assumed,
    arithmetic: lineArithmetic(line, percent),
  };
}

function amountOf(money: Money | null): Amount | null {
  return money === null ? null : usd(money);
}

/** A book is made once for settings that are held anyway. */
const BOOKS = new WeakMap<SettingsState, PriceBook>();

function bookFor(settings: SettingsState): PriceBook {
  const known = BOOKS.get(settings) ?? bookOf(settings);
  BOOKS.set(settings, known);
  return known;
}
