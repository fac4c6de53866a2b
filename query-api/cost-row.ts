import { z } from "zod";
import { DecimalText } from "#core/event-data.ts";
import { addMoney, formatMoney, type Money } from "#core/money.ts";
import { Amount, Integer } from "#query-api/answer-types.ts";
import { COST_DIMENSIONS, type CostDimension } from "#query-api/dimensions.ts";
import { type Granularity, periodStarter } from "#query-api/granularity.ts";
import { COST_METERS, type CostMeter, type CostSums } from "#query-api/queries/costs.ts";
import { storedMoney, usd } from "#query-api/stored-money.ts";

const Meter = Integer.nullable();
const meters = Object.fromEntries(COST_METERS.map((name) => [name, Meter])) as Record<
  CostMeter,
  typeof Meter
>;

/** The figures of a group of calls, and of all of them. */
export const Figures = z
  .object({
    calls: Integer.describe(
      "Calls that count: every attempt that a gateway recorded is one, however many models answered it.",
    ),
    requests: Integer.nullable().describe(
      "What clients asked: the attempts of one request share their gateway's call id and count once. A request whose attempts lie in several groups counts in each. null where a rollup answered, which cannot tell; `read=calls` can.",
    ),
    cost: Amount.describe("By our price book, estimates included; the gateway's figures are not in it."),
    cost_by_status: z
      .object({ rated: Amount, estimated: Amount, gateway: Amount })
      .describe(
        "`rated` + `estimated` is `cost`. `gateway`: calls without a price of ours, at the gateway's figure.",
      ),
    estimated_calls: Integer.describe("Calls, or parts of calls, whose cost is an estimate."),
    gateway_calls: Integer.describe("Calls that stand at the gateway's figure."),
    unpriced_calls: Integer.describe("Calls, or parts of calls, without any price: they are in no cost."),
    fallback_estimate_usd: DecimalText.nullable().describe(
      "What budgets take those calls for, by the fallback rates of the settings (docs/prices.md#a-rate-for-budgets): a guess beside the cost, in no cost and no export. null: no rate fits.",
    ),
    fallback_calls: Integer.describe("How many of the unpriced calls have a fallback rate."),
    ...meters,
  })
  .meta({ id: "Figures", description: "Sums over calls. A meter that no call stated is null, not 0." });
export type Figures = z.infer<typeof Figures>;

const dimension = z.string().nullable().optional();
const dimensions = Object.fromEntries(COST_DIMENSIONS.map((name) => [name, dimension])) as Record<
  CostDimension,
  typeof dimension
>;

export const CostRow = z
  .object({
    period: z
      .string()
      .optional()
      .describe("The period's first local day; of an hour, the instant it began at."),
    period_start: z.string().optional().describe("When the period began."),
    ...dimensions,
    ...Figures.shape,
  })
  .meta({ id: "CostRow", description: "The figures of one group; only the dimensions that were asked for." });
export type CostRow = z.infer<typeof CostRow>;

/** Groups as the store summed them, as an answer's rows: only the dimensions that were asked for. */
export function costRows(
  groups: readonly CostSums[],
  shape: { granularity: Granularity; groupBy: readonly CostDimension[]; tz: string },
): CostRow[] {
  const { granularity, groupBy, tz } = shape;
  const startOf = granularity === "none" ? null : periodStarter(granularity, tz);
  return groups.map((sums) => {
    const named: Partial<CostRow> = {};
    if (startOf !== null && sums.period !== undefined) {
      named.period = sums.period;
      named.period_start = startOf(sums.period);
    }
    for (const name of groupBy) named[name] = sums[`by_${name}`] ?? null;
    return { ...named, ...figures([sums]) };
  });
}

/** Exact totals of all groups. A meter that no call stated is null, not 0. */
export function figures(groups: readonly CostSums[]): Figures {
  const money = (name: "rated" | "estimated" | "gateway") =>
    addMoney(groups.map((group) => storedMoney(group[`cost_${name}`])));
  const count = (name: "calls" | "estimated_calls" | "gateway_calls" | "unpriced_calls" | "fallback_calls") =>
    groups.reduce((sum, group) => sum + group[name], 0n);
  const meter = (name: CostMeter | "requests") =>
    groups.reduce<bigint | null>((sum, { [name]: more }) => (more === null ? sum : (sum ?? 0n) + more), null);
  const fallback = groups.reduce((sum, group) => sum + BigInt(group.fallback_units), 0n) as Money;
  const fallbackCalls = count("fallback_calls");
  const [rated, estimated, gateway] = [money("rated"), money("estimated"), money("gateway")];
  return {
    calls: count("calls"),
    requests: groups.length === 0 ? 0n : meter("requests"),
    cost: usd(addMoney([rated, estimated])),
    cost_by_status: { rated: usd(rated), estimated: usd(estimated), gateway: usd(gateway) },
    estimated_calls: count("estimated_calls"),
    gateway_calls: count("gateway_calls"),
    unpriced_calls: count("unpriced_calls"),
    fallback_estimate_usd: fallbackCalls === 0n && fallback === 0n ? null : formatMoney(fallback),
    fallback_calls: fallbackCalls,
    ...(Object.fromEntries(COST_METERS.map((name) => [name, meter(name)])) as Record<
      CostMeter,
      bigint | null
    >),
  };
}
