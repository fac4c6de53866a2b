import { z } from "zod";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import { COST_METERS, type CostMeter } from "#query-api/queries/costs.ts";
import { IN_USD_SQL } from "#query-api/queries/in-usd-sql.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

/** Filters of the list; each a column as the record has it. */
export const UNPRICED_FILTERS = ["platform", "model", "source", "team"] as const;
export type UnpricedFilter = (typeof UNPRICED_FILTERS)[number];

const TEAMS_MAX = 20;
const REGIONS_MAX = 10;

const Meter = Whole.nullable();
const meters = Object.fromEntries(COST_METERS.map((name) => [name, Meter])) as Record<
  CostMeter,
  typeof Meter
>;

const UnpricedRow = z.object({
  platform: Known,
  model: Known,
  model_canonical: Known,
  source: z.string(),
  cost_note: z.string(),
  service_tier: Known,
  speed: Known,
  regions: z.array(z.string()),
  items: Whole,
  calls: Whole,
  ...meters,
  first_seen: Moment,
  last_seen: Moment,
  gateway_cost: z.string(),
  gateway_items: Whole,
  other_currency_items: Whole,
  teams: z.array(Known),
  teams_affected: Whole,
  sample_event: z.string(),
  all_groups: Whole,
  all_items: Whole,
  all_calls: Whole,
});
export type UnpricedRow = z.infer<typeof UnpricedRow>;

/**
 * What has no price, by everything that a price row is looked up by, most items first. First each event by itself: one
 * that was rated later, or moved to another team, leaves neither a time nor a name behind. Totals are over all groups,
 * also those beyond the limit.
 */
export function unpricedQuery(asked: {
  readonly from: string;
  readonly to: string;
  readonly filters: Readonly<Partial<Record<UnpricedFilter, readonly string[] | undefined>>>;
  readonly rowsMax: number;
}): ViewQuery<typeof UnpricedRow> {
  const filters = UNPRICED_FILTERS.filter((name) => asked.filters[name] !== undefined);
  return {
    name: "unpriced",
    sql: (views) => [GROUPS, views.calls, WHERE, ...filters.map((name) => FILTER[name]), BY_EVENT].join("\n"),
    params: {
      from: asked.from.replace("Z", ""),
      to: asked.to.replace("Z", ""),
      rows_max: asked.rowsMax,
      ...Object.fromEntries(filters.map((name) => [`filter_${name}`, asked.filters[name] ?? []])),
    },
    row: UnpricedRow,
  };
}

/** A row is looked up by tier and speed; where the usage is what lacks, they say nothing. */
const BY_ROW = "cost_note NOT IN ('usage_missing', 'cost_too_large')";

const GROUPS = `SELECT
  toString(of_platform) AS platform, toString(of_model) AS model, toString(of_canonical) AS model_canonical,
  toString(of_source) AS source, toString(note) AS cost_note, tier AS service_tier, its_speed AS speed,
  arraySort(groupUniqArrayIf(${REGIONS_MAX})(toString(its_region), its_region != '')) AS regions,
  toString(sum(net)) AS items, toString(sumIf(net, of_kind = 'response')) AS calls,
${COST_METERS.map((name) => `  toString(sum(net_${name})) AS ${name},`).join("\n")}
  min(at) AS first_seen, max(at) AS last_seen,
  toString(ifNull(sumIf(figure, ${IN_USD_SQL}), 0)) AS gateway_cost,
  toString(sumIf(net, isNotNull(figure) AND ${IN_USD_SQL})) AS gateway_items,
  toString(sumIf(net, isNotNull(figure) AND NOT (${IN_USD_SQL}))) AS other_currency_items,
  arraySort(groupUniqArray(${TEAMS_MAX})(toString(of_team))) AS teams,
  toString(uniqExact(of_team)) AS teams_affected,
  toString(argMax(call, at)) AS sample_event,
  toString(count() OVER ()) AS all_groups,
  toString(sum(sum(net)) OVER ()) AS all_items,
  toString(sum(sumIf(net, of_kind = 'response')) OVER ()) AS all_calls
FROM (
SELECT event_id, kind AS of_kind, if(kind = 'part', part_of, toString(event_id)) AS call, event_time AS at,
  platform AS of_platform, c.model AS of_model, model_canonical AS of_canonical, source AS of_source,
  cost_note AS note, if(${BY_ROW}, toString(service_tier), '') AS tier, if(${BY_ROW}, toString(c.speed), '') AS its_speed,
  region AS its_region, team AS of_team, gateway_currency AS currency,
${COST_METERS.map((name) => `  sum(sign * toInt128(c.${name})) AS net_${name},`).join("\n")}
  sum(sign * c.gateway_cost) AS figure, sum(sign) AS net
FROM`;
const WHERE = `AS c
WHERE ${UNPRICED_SQL}`;
const FILTER: Readonly<Record<UnpricedFilter, string>> = {
  platform: "  AND c.platform IN {filter_platform:Array(String)}",
  model:
    "  AND (c.model IN {filter_model:Array(String)} OR c.model_canonical IN {filter_model:Array(String)})",
  source: "  AND c.source IN {filter_source:Array(String)}",
  team: "  AND c.team IN {filter_team:Array(String)}",
};
const BY_EVENT = `GROUP BY event_id, of_kind, call, at, of_platform, of_model, of_canonical, of_source, note, tier, its_speed, its_region,
  of_team, currency
HAVING net != 0
)
GROUP BY of_platform, of_model, of_canonical, of_source, note, tier, its_speed
ORDER BY sum(net) DESC, of_platform, of_model, of_canonical, of_source, note, tier, its_speed
LIMIT {rows_max:UInt32}`;
