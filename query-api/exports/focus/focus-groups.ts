import { z } from "zod";
import { RATED_METERS, type RatedMeter } from "#core/meters.ts";
import { DIMENSION_SQL } from "#query-api/dimensions.ts";
import {
  type ExportQuestion,
  questionParams,
  questionSql,
  storeTime,
} from "#query-api/exports/export-question.ts";
import type { Reader } from "#query-api/reader.ts";
import { Known, Whole } from "#query-api/store-types.ts";

/** How far back a correction reaches that is still looked for: events older than this are not read. */
const CORRECTED_DAYS_MAX = 400;
const DAY_MS = 86_400_000;

const Meter = Whole.nullable();
const meters = Object.fromEntries(RATED_METERS.map((name) => [name, Meter])) as Record<
  RatedMeter,
  typeof Meter
>;

const FocusGroup = z.object({
  day: z.string(),
  month: z.string(),
  corrects: z.string(),
  team: Known,
  project: Known,
  source: z.string(),
  platform: Known,
  model: z.string(),
  region: Known,
  inference_geo: Known,
  service_tier: Known,
  speed: Known,
  price_id: Known,
  cost_status: z.string(),
  cost: z.string(),
  ...meters,
});
/** What calls of one day cost that had the same price row, team and place; figures are signed sums. */
export type FocusGroup = z.infer<typeof FocusGroup>;

/**
 * The groups that are posted in `[from, to)`, in the order of their keys. A call is posted in its own month. What a run
 * takes back or puts in its place is posted in the month that the run wrote it in, where that is a later one: `corrects`
 * then names the month of the call. Unpriced calls are in no group.
 */
export function focusGroups(reader: Reader, question: ExportQuestion): Promise<FocusGroup[]> {
  const reach = new Date(Math.max(0, Date.parse(question.from) - CORRECTED_DAYS_MAX * DAY_MS)).toISOString();
  return reader.rows({
    name: "export_focus",
    sql: ({ calls }) => groupsSql(calls, question),
    params: { ...questionParams({ ...question, from: reach }), posted_from: storeTime(question.from) },
    row: FocusGroup,
  });
}

const IS_CORRECTION = "(epoch > 0 AND toStartOfMonth(ingested_at) > toStartOfMonth(event_time))";
const POSTED = `if(${IS_CORRECTION}, ingested_at, event_time)`;

const KEYS: Readonly<Record<string, string>> = {
  day: "toString(toDate(event_time))",
  month: `toString(toStartOfMonth(${POSTED}))`,
  corrects: `if(${IS_CORRECTION}, toString(toStartOfMonth(event_time)), '')`,
  by_team: "toString(team)",
  by_project: "toString(project)",
  by_source: "toString(source)",
  by_platform: "toString(platform)",
  by_model: `toString(${DIMENSION_SQL.model})`,
  by_region: "toString(region)",
  by_inference_geo: "toString(inference_geo)",
  by_service_tier: "toString(service_tier)",
  by_speed: "toString(speed)",
  by_price_id: "price_id",
  by_cost_status: "toString(cost_status)",
};

/** Aliases of the inner query are no columns of a call: an alias would win over the column. */
function groupsSql(calls: string, question: ExportQuestion): string {
  const names = Object.keys(KEYS);
  return [
    "SELECT",
    names.map((name) => (name.startsWith("by_") ? `  ${name} AS ${name.slice(3)}` : `  ${name}`)).join(",\n"),
    ", toString(cost_sum) AS cost",
    ...RATED_METERS.map((meter) => `, toString(sum_${meter}) AS ${meter}`),
    "FROM (SELECT",
    names.map((name) => `  ${KEYS[name]} AS ${name}`).join(",\n"),
    ", ifNull(sum(sign * cost_usd), 0) AS cost_sum",
    ...RATED_METERS.map((meter) => `, sum(sign * toInt128(${meter})) AS sum_${meter}`),
    `FROM ${calls}`,
    questionSql(question),
    `  AND cost_usd IS NOT NULL`,
    `  AND ${POSTED} >= {posted_from:DateTime64(3, 'UTC')} AND ${POSTED} < {to:DateTime64(3, 'UTC')}`,
    `GROUP BY ${names.join(", ")})`,
    `WHERE cost_sum != 0 OR ${RATED_METERS.map((meter) => `ifNull(sum_${meter}, 0) != 0`).join(" OR ")}`,
    `ORDER BY ${names.join(", ")}`,
  ].join("\n");
}
