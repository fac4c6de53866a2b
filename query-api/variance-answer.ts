import { z } from "zod";
import { addMoney, type Money } from "#core/money.ts";
import { Amount, Integer, Standing } from "#query-api/answer-types.ts";
import { percentOf } from "#query-api/percent-of.ts";
import type { VarianceSums } from "#query-api/queries/variance.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";

const Figures = z.object({
  calls: Integer.describe("Calls that count; each is in exactly one of the next five."),
  both_calls: Integer.describe("Both figures are known, in USD: what is compared."),
  only_ours_calls: Integer.describe("The gateway said nothing."),
  only_gateway_calls: Integer.describe("The book has no price."),
  neither_calls: Integer,
  other_currency_calls: Integer.describe("The gateway's figure is in another currency; `other_currencies`."),
  ours: Amount.describe("By our book, of the calls with both."),
  gateway: Amount.describe("By the gateway, of the same calls."),
  difference: Amount.describe("The gateway's figure less ours."),
  percent: z.string().nullable().describe("Of ours, to two places; null where that is 0."),
  absolute_difference: Amount.describe(
    "The differences of all calls without their signs: what cancels is in it.",
  ),
  agree_exactly: Integer.describe("Calls whose figures are equal to the last digit."),
  agree_within: Integer.describe("Calls whose figures differ by at most `tolerance`."),
  gateway_zero: Integer.describe("Calls that the gateway puts at 0 and we do not: it knew no price."),
  only_ours_cost: Amount,
  only_gateway_cost: Amount,
});

const Row = z.object({
  period: z.string().optional().describe("The local day; only with `granularity=day`."),
  model: z.string().nullable().describe("The canonical name, else the record's own."),
  source: z.string(),
  ...Figures.shape,
});
export type VarianceRow = z.infer<typeof Row>;

/** What `/v1/costs/variance` answers. */
export const VarianceAnswer = z.object({
  ...Standing,
  from: z.string(),
  to: z.string(),
  tz: z.string(),
  granularity: z.enum(["none", "day"]),
  tolerance: z.string().describe("USD."),
  totals: Figures,
  rows: z.array(Row),
  other_currencies: z
    .array(
      z.object({
        model: z.string().nullable(),
        source: z.string(),
        calls: Integer,
        gateway: Amount,
        ours: Amount,
        ours_calls: Integer.describe("How many of them have a figure of ours."),
      }),
    )
    .describe("Apart, because nothing is converted here."),
  largest: z
    .array(
      z.object({
        event_id: z.string(),
        event_time: z.string(),
        team: z.string().nullable(),
        model: z.string().nullable(),
        source: z.string(),
        ours: Amount,
        gateway: Amount,
        difference: Amount,
        explain: z.string().describe("Where our figure is worked out, line by line."),
      }),
    )
    .describe("Single calls, those furthest apart first; only beyond `tolerance`."),
});
export type VarianceAnswer = z.infer<typeof VarianceAnswer>;

const COUNTS = [
  ...(["calls", "both_calls", "only_ours_calls", "only_gateway_calls", "neither_calls"] as const),
  ...(["other_currency_calls", "agree_exactly", "agree_within", "gateway_zero"] as const),
] as const;

export function varianceRow(sums: VarianceSums): VarianceRow {
  const { period, model, source } = sums;
  return { ...(period === undefined ? {} : { period }), model, source, ...varianceFigures([sums]) };
}

/** Exact sums of some groups. */
export function varianceFigures(groups: readonly VarianceSums[]): z.infer<typeof Figures> {
  const money = (name: "ours" | "theirs" | "absolute" | "only_ours_cost" | "only_gateway_cost") =>
    addMoney(groups.map((group) => storedMoney(group[name])));
  const [ours, theirs] = [money("ours"), money("theirs")];
  const difference = (theirs - ours) as Money;
  const counts = COUNTS.map((name) => [name, groups.reduce((sum, group) => sum + group[name], 0n)] as const);
  return {
    ...(Object.fromEntries(counts) as Record<(typeof COUNTS)[number], bigint>),
    ours: usd(ours),
    gateway: usd(theirs),
    difference: usd(difference),
    percent: percentOf(difference, ours),
    absolute_difference: usd(money("absolute")),
    only_ours_cost: usd(money("only_ours_cost")),
    only_gateway_cost: usd(money("only_gateway_cost")),
  };
}
