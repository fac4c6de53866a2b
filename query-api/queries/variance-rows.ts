import { z } from "zod";
import { PERIOD_SQL } from "#query-api/granularity.ts";
import { IN_USD_SQL } from "#query-api/queries/in-usd-sql.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Whole } from "#query-api/store-types.ts";
import type { Views } from "#query-api/views.ts";

/** Filters of a comparison; each a column as the record has it. */
export const VARIANCE_FILTERS = ["team", "model", "source", "gateway"] as const;
export type VarianceFilter = (typeof VARIANCE_FILTERS)[number];

export interface VarianceQuestion {
  readonly from: string;
  readonly to: string;
  readonly tz: string;
  /** Differences up to this are rounding; a decimal of US dollars. */
  readonly tolerance: string;
  readonly filters: Readonly<Partial<Record<VarianceFilter, readonly string[] | undefined>>>;
}

/** Both figures are known and are in the same currency; over the rows as `its`, since an alias would win over a column. */
export const BOTH_SQL = `isNotNull(its.ours) AND isNotNull(its.theirs) AND ${IN_USD_SQL}`;
export const DAY_SQL = PERIOD_SQL.day;

/**
 * A FROM clause with a row per call and belief about it: `weight` (whoever sums multiplies by it), our figure and the
 * gateway's. A gateway states one figure for a whole call, so a call with further parts is added up first; only
 * where there are parts, because that takes each call by itself.
 */
export function varianceRows(views: Views, question: VarianceQuestion, hasParts: boolean): string {
  const filters = VARIANCE_FILTERS.filter((name) => question.filters[name] !== undefined).map(
    (name) => FILTER[name],
  );
  const parts = ["SELECT part_of FROM", views.calls, "WHERE kind = 'part'"].join("\n");
  const whole = [WHOLE, "FROM", views.calls, "AS c", "WHERE kind = 'response'", ...filters];
  if (!hasParts) return ["(", ...whole, ")"].join("\n");
  return [
    "(",
    ...whole,
    "AND toString(event_id) NOT IN (",
    parts,
    ")",
    "UNION ALL",
    ADDED_UP,
    EACH,
    "FROM",
    views.calls,
    "AS c",
    "WHERE (kind = 'part' OR toString(event_id) IN (",
    parts,
    "))",
    ...filters,
    NETTED,
    ")",
  ].join("\n");
}

export function varianceParams({
  from,
  to,
  tz,
  tolerance,
  filters,
}: VarianceQuestion): Record<string, unknown> {
  const asked = VARIANCE_FILTERS.filter((name) => filters[name] !== undefined);
  return {
    from: from.replace("Z", ""),
    to: to.replace("Z", ""),
    tz,
    tolerance,
    ...Object.fromEntries(asked.map((name) => [`filter_${name}`, filters[name] ?? []])),
  };
}

/** How many rows of parts the range has. */
export function partRowsQuery({
  from,
  to,
}: Pick<VarianceQuestion, "from" | "to">): ViewQuery<typeof PartRows> {
  return {
    name: "variance_parts",
    sql: (views) => ["SELECT toString(count()) AS parts FROM", views.calls, "WHERE kind = 'part'"].join("\n"),
    params: { from: from.replace("Z", ""), to: to.replace("Z", "") },
    row: PartRows,
  };
}
const PartRows = z.object({ parts: Whole });

/** A figure of the gateway that stands in the place of ours is none of ours. */
const OURS = "if(cost_status IN ('rated', 'estimated'), c.cost_usd, NULL)";
const NAME = "toString(if(c.model_canonical = '', c.model, c.model_canonical))";
const WHOLE = `SELECT toInt64(sign) AS weight, toString(event_id) AS call, c.event_time AS event_time, toString(c.team) AS of_team,
  ${NAME} AS of_model, toString(c.source) AS of_source, ${OURS} AS ours, c.gateway_cost AS theirs,
  toString(c.gateway_currency) AS currency`;
const ADDED_UP = `SELECT toInt64(1) AS weight, its_call AS call, anyIf(at, is_call) AS event_time, anyIf(its_team, is_call) AS of_team,
  anyIf(its_model, is_call) AS of_model, anyIf(its_source, is_call) AS of_source,
  if(countIf(isNull(our_figure)) = 0, sum(our_figure), NULL) AS ours, anyIf(figure, is_call) AS theirs,
  anyIf(its_currency, is_call) AS currency
FROM (`;
const EACH = `SELECT event_id, kind = 'response' AS is_call, if(kind = 'part', part_of, toString(event_id)) AS its_call,
  c.event_time AS at, toString(c.team) AS its_team, ${NAME} AS its_model, toString(c.source) AS its_source,
  ${OURS} AS our_figure, c.gateway_cost AS figure, toString(c.gateway_currency) AS its_currency, sum(sign) AS net`;
const NETTED = `GROUP BY event_id, is_call, its_call, at, its_team, its_model, its_source, our_figure, figure, its_currency
HAVING net > 0
)
GROUP BY its_call
HAVING countIf(is_call) > 0`;
const FILTER: Readonly<Record<VarianceFilter, string>> = {
  team: "AND c.team IN {filter_team:Array(String)}",
  // A part has a model of its own: a call is filtered by its own.
  model:
    "AND (kind = 'part' OR c.model IN {filter_model:Array(String)} OR c.model_canonical IN {filter_model:Array(String)})",
  source: "AND c.source IN {filter_source:Array(String)}",
  gateway: "AND c.gateway IN {filter_gateway:Array(String)}",
};
