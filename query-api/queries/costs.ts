import { z } from "zod";
import { type Calendar, calendarValues, USUAL_CALENDAR } from "#core/calendar.ts";
import type { FallbackRate } from "#core/fallback-rates.ts";
import { fallbackParams, fallbackSums } from "#core/fallback-sql.ts";
import { TOKEN_METERS } from "#core/meters.ts";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import { BELIEF_LINES, beliefParams, type CostBelief } from "#query-api/belief.ts";
import { COST_DIMENSIONS, type CostDimension, DIMENSION_SQL } from "#query-api/dimensions.ts";
import { type Granularity, PERIOD_SQL, PERIODS, type Period } from "#query-api/granularity.ts";
import { type Books, bookedCalls, bookedParams } from "#query-api/queries/booked-calls.ts";
import { REQUESTS_SQL } from "#query-api/queries/requests-sql.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Whole } from "#query-api/store-types.ts";

export const COST_METERS = [...TOKEN_METERS, "thinking_tokens", "web_search_requests"] as const;
export const COST_ORDERS = ["cost", "calls", "name"] as const;
export type CostOrder = (typeof COST_ORDERS)[number];

/** What decides the text of the query: choices from closed lists, never a value. */
export interface CostShape {
  readonly granularity: Granularity;
  readonly groupBy: readonly CostDimension[];
  readonly filters: readonly CostDimension[];
  readonly order: CostOrder;
}

export interface CostValues {
  readonly from: string;
  readonly to: string;
  readonly tz: string;
  readonly calendar?: Calendar;
  /** The key of the dimension `tag`. */
  readonly tagKey?: string | undefined;
  readonly filters: Readonly<Partial<Record<CostDimension, readonly string[] | undefined>>>;
  readonly rowsMax: number;
  /** Where each row is booked; absent: calls count when they began. */
  readonly books?: Books | undefined;
  /** null or absent: what is believed now. */
  readonly belief?: CostBelief | null;
  /** What calls without a price are taken for, beside the costs; absent: nothing. */
  readonly fallback?: readonly FallbackRate[] | undefined;
}

/**
 * Sums of live calls: every figure is multiplied by `sign`, so a corrected call counts once and a moved one leaves
 * its old team without a trace. Whole numbers are summed in 128 bits, since two large ones overflow 64.
 */
export function costsQuery(shape: CostShape, values: CostValues): ViewQuery<typeof CostSums> {
  const filters = COST_DIMENSIONS.filter((name) => shape.filters.includes(name));
  const { books, belief = null, fallback = [] } = values;
  const where = belief === null ? [] : BELIEF_LINES;
  return {
    name: "costs",
    sql: (views) => {
      const from = [...(books === undefined ? [views.calls] : bookedCalls(views)), "AS c"];
      return costsSql(
        { ...shape, filters },
        { sums: [...fallbackSums(fallback, FALLBACK_ROWS), ...SUMS], from, where },
      );
    },
    params: {
      ...costParams(filters, values),
      ...(books === undefined ? {} : bookedParams(books, values.from)),
      ...beliefParams(belief),
    },
    row: CostSums,
  };
}

/** What costs are summed from, as text: the sums, and the FROM clause. */
export interface CostSource {
  readonly sums: readonly string[];
  readonly from: readonly string[];
  /** Further conditions. */
  readonly where?: readonly string[];
}

/** The values of a query of costs by their names in its text. */
export function costParams(filters: readonly CostDimension[], values: CostValues): Record<string, unknown> {
  return {
    from: values.from.replace("Z", ""),
    to: values.to.replace("Z", ""),
    tz: values.tz,
    ...calendarValues(values.calendar ?? USUAL_CALENDAR),
    tag_key: values.tagKey ?? "",
    ...fallbackParams(values.fallback ?? []),
    rows_max: values.rowsMax,
    ...Object.fromEntries(filters.map((name) => [`filter_${name}`, values.filters[name] ?? []])),
  };
}

const Meter = Whole.nullable();
const meters = Object.fromEntries(COST_METERS.map((name) => [name, Meter])) as Record<
  CostMeter,
  typeof Meter
>;
export type CostMeter = (typeof COST_METERS)[number];
const dimensions = Object.fromEntries(
  COST_DIMENSIONS.map((name) => [`by_${name}`, Known.optional()]),
) as Record<`by_${CostDimension}`, z.ZodOptional<typeof Known>>;

/** One group as the store sums it; `by_*` and `period` only where they were asked for. */
export const CostSums = z.object({
  period: z.string().optional(),
  ...dimensions,
  calls: Whole,
  /** Absent from sums of rollups: distinct ids of requests cannot be added up. */
  requests: Whole.nullable(),
  cost_rated: z.string(),
  cost_estimated: z.string(),
  cost_gateway: z.string(),
  estimated_calls: Whole,
  gateway_calls: Whole,
  unpriced_calls: Whole,
  /** In 1e-12 USD. */
  fallback_units: z.string(),
  fallback_calls: Whole,
  ...meters,
});
export type CostSums = z.infer<typeof CostSums>;

/** By the table's name: alone, `input_tokens` is the sum of that name. */
const FALLBACK_ROWS = {
  items: "sign",
  tokens: (meter: string) => `sign * toInt256(c.${meter})`,
} as const;

/** Names that are no columns of a call: an alias would win over the column in a filter. */
const SUMS: readonly string[] = [
  "  sumIf(sign, kind = 'response') AS calls,",
  `  ${REQUESTS_SQL} AS requests,`,
  "  toString(ifNull(sumIf(sign * cost_usd, cost_status = 'rated'), 0)) AS cost_rated,",
  "  toString(ifNull(sumIf(sign * cost_usd, cost_status = 'estimated'), 0)) AS cost_estimated,",
  "  toString(ifNull(sumIf(sign * cost_usd, cost_status = 'gateway'), 0)) AS cost_gateway,",
  "  sumIf(sign, cost_status = 'estimated') AS estimated_calls,",
  "  sumIf(sign, cost_status = 'gateway') AS gateway_calls,",
  `  sumIf(sign, ${UNPRICED_SQL}) AS unpriced_calls,`,
  COST_METERS.map((name) => `  toString(sum(sign * toInt128(${name}))) AS ${name}`).join(",\n"),
];

/** The text is made of constant lines alone; the test compares every line that was ever sent with this list. */
export function costsSql(shape: CostShape, source: CostSource): string {
  const groups = COST_DIMENSIONS.filter((name) => shape.groupBy.includes(name));
  const period = shape.granularity === "none" ? [] : ["period"];
  const keys = [...period, ...groups.map((name) => LINES.key[name])];
  return [
    "SELECT",
    ...(shape.granularity === "none" ? [] : [LINES.period[shape.granularity]]),
    ...groups.map((name) => LINES.group[name]),
    ...source.sums,
    "FROM",
    ...source.from,
    "WHERE true",
    ...(source.where ?? []),
    ...shape.filters.map((name) => LINES.filter[name]),
    ...(keys.length === 0 ? [] : ["GROUP BY", keys.join(",\n")]),
    HAVING_ANYTHING,
    "ORDER BY",
    [...period, ...LINES.order[shape.order], ...keys.slice(period.length), "calls"].join(",\n"),
    "LIMIT {rows_max:UInt32}",
  ].join("\n");
}

/** What corrections left nothing of is no row; a group of nothing but unpriced parts of calls is one. */
const HAVING_ANYTHING = `HAVING ${[
  ...["calls", "estimated_calls", "gateway_calls", "unpriced_calls"].map((name) => `${name} != 0`),
  ...["cost_rated", "cost_estimated", "cost_gateway"].map((name) => `${name} != '0'`),
  ...COST_METERS.map((name) => `ifNull(${name}, '0') != '0'`),
].join(" OR ")}`;

const byDimension = (line: (name: CostDimension) => string) =>
  Object.fromEntries(COST_DIMENSIONS.map((name) => [name, line(name)])) as Record<CostDimension, string>;

const LINES = {
  period: Object.fromEntries(PERIODS.map((name) => [name, `  ${PERIOD_SQL[name]} AS period,`])) as Record<
    Period,
    string
  >,
  key: byDimension((name) => `by_${name}`),
  group: byDimension((name) => `  ${DIMENSION_SQL[name]} AS by_${name},`),
  filter: byDimension((name) => `  AND ${DIMENSION_SQL[name]} IN {filter_${name}:Array(String)}`),
  order: {
    cost: [
      "toDecimal128(cost_rated, 12) + toDecimal128(cost_estimated, 12) + toDecimal128(cost_gateway, 12) DESC",
    ],
    calls: ["calls DESC"],
    name: [],
  },
} as const;
