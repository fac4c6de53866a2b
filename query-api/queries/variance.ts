import { z } from "zod";
import { IN_USD_SQL } from "#query-api/queries/in-usd-sql.ts";
import {
  BOTH_SQL,
  DAY_SQL,
  type VarianceQuestion,
  varianceParams,
  varianceRows,
} from "#query-api/queries/variance-rows.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

export interface VarianceShape {
  readonly byDay: boolean;
  readonly hasParts: boolean;
}

const VarianceSums = z.object({
  period: z.string().optional(),
  model: Known,
  source: z.string(),
  calls: Whole,
  both_calls: Whole,
  ours: z.string(),
  theirs: z.string(),
  absolute: z.string(),
  agree_exactly: Whole,
  agree_within: Whole,
  gateway_zero: Whole,
  only_ours_calls: Whole,
  only_ours_cost: z.string(),
  only_gateway_calls: Whole,
  only_gateway_cost: z.string(),
  neither_calls: Whole,
  other_currency_calls: Whole,
});
export type VarianceSums = z.infer<typeof VarianceSums>;

/** Sums of both figures by model and source, and where only one is known. Exact: each is multiplied by its weight. */
export function varianceQuery(
  question: VarianceQuestion,
  { byDay, hasParts }: VarianceShape,
  rowsMax: number,
): ViewQuery<typeof VarianceSums> {
  const keys = byDay ? "period, of_model, of_source" : "of_model, of_source";
  return {
    name: "variance",
    sql: (views) =>
      [
        "SELECT",
        ...(byDay ? [`  ${DAY_SQL} AS period,`] : []),
        SUMS,
        "FROM",
        varianceRows(views, question, hasParts),
        "AS its",
        "GROUP BY",
        keys,
        "HAVING sum(weight) != 0",
        "ORDER BY",
        ...(byDay ? ["period,"] : []),
        "toDecimal128(absolute, 12) DESC, of_model, of_source",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: { ...varianceParams(question), rows_max: rowsMax },
    row: VarianceSums,
  };
}

const money = (value: string, when: string) => `toString(ifNull(sumIf(weight * ${value}, ${when}), 0))`;
const count = (when: string) => `toString(sumIf(weight, ${when}))`;
const SUMS = `  of_model AS model, of_source AS source, toString(sum(weight)) AS calls,
  ${count(BOTH_SQL)} AS both_calls,
  ${money("its.ours", BOTH_SQL)} AS ours,
  ${money("its.theirs", BOTH_SQL)} AS theirs,
  ${money("abs(its.theirs - its.ours)", BOTH_SQL)} AS absolute,
  ${count(`${BOTH_SQL} AND its.theirs = its.ours`)} AS agree_exactly,
  ${count(`${BOTH_SQL} AND abs(its.theirs - its.ours) <= {tolerance:Decimal(38, 12)}`)} AS agree_within,
  ${count(`${BOTH_SQL} AND its.theirs = 0 AND its.ours > 0`)} AS gateway_zero,
  ${count("isNotNull(its.ours) AND isNull(its.theirs)")} AS only_ours_calls,
  ${money("its.ours", "isNull(its.theirs)")} AS only_ours_cost,
  ${count(`isNull(its.ours) AND isNotNull(its.theirs) AND ${IN_USD_SQL}`)} AS only_gateway_calls,
  ${money("its.theirs", `isNull(its.ours) AND ${IN_USD_SQL}`)} AS only_gateway_cost,
  ${count("isNull(its.ours) AND isNull(its.theirs)")} AS neither_calls,
  ${count(`isNotNull(its.theirs) AND NOT (${IN_USD_SQL})`)} AS other_currency_calls`;

const OtherCurrency = z.object({
  model: Known,
  source: z.string(),
  currency: z.string(),
  calls: Whole,
  theirs: z.string(),
  ours: z.string(),
  ours_calls: Whole,
});

/** Figures of gateways in other currencies: never compared, by currency. */
export function otherCurrenciesQuery(
  question: VarianceQuestion,
  hasParts: boolean,
  rowsMax: number,
): ViewQuery<typeof OtherCurrency> {
  return {
    name: "variance_currencies",
    sql: (views) =>
      [
        CURRENCIES,
        "FROM",
        varianceRows(views, question, hasParts),
        "AS its",
        `WHERE isNotNull(its.theirs) AND NOT (${IN_USD_SQL})`,
        "GROUP BY of_model, of_source, currency",
        "HAVING sum(weight) != 0",
        "ORDER BY currency, of_model, of_source",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: { ...varianceParams(question), rows_max: rowsMax },
    row: OtherCurrency,
  };
}

const CURRENCIES = `SELECT of_model AS model, of_source AS source, currency, toString(sum(weight)) AS calls,
  toString(ifNull(sum(weight * its.theirs), 0)) AS theirs, toString(ifNull(sum(weight * its.ours), 0)) AS ours,
  toString(sumIf(weight, isNotNull(its.ours))) AS ours_calls`;

const Difference = z.object({
  call: z.string(),
  at: Moment,
  team: Known,
  model: Known,
  source: z.string(),
  our_figure: z.string(),
  their_figure: z.string(),
  difference: z.string(),
});

/** The calls whose two figures are furthest apart. */
export function largestDifferencesQuery(
  question: VarianceQuestion,
  hasParts: boolean,
  rowsMax: number,
): ViewQuery<typeof Difference> {
  return {
    name: "variance_largest",
    sql: (views) =>
      [
        LARGEST,
        "FROM",
        varianceRows(views, question, hasParts),
        "AS its",
        `WHERE ${BOTH_SQL} AND abs(theirs - ours) > {tolerance:Decimal(38, 12)}`,
        "GROUP BY call, event_time, of_team, of_model, of_source, ours, theirs",
        "HAVING sum(weight) > 0",
        "ORDER BY abs(theirs - ours) DESC, call",
        "LIMIT {rows_max:UInt32}",
      ].join("\n"),
    params: { ...varianceParams(question), rows_max: rowsMax },
    row: Difference,
  };
}

const LARGEST = `SELECT call, event_time AS at, of_team AS team, of_model AS model, of_source AS source, toString(ours) AS our_figure,
  toString(theirs) AS their_figure, toString(theirs - ours) AS difference`;
