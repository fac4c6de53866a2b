import { z } from "zod";
import { RATED_METERS, type RatedMeter } from "#core/meters.ts";
import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { DIMENSION_SQL } from "#query-api/dimensions.ts";
import {
  type ExportQuestion,
  questionParams,
  questionSql,
  storeTime,
} from "#query-api/exports/export-question.ts";
import { type Books, postedCalls, postingParams } from "#query-api/queries/booked-calls.ts";
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
  cost_center: z.string(),
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
 * then names the month of the call. Calls of accounting periods are posted where those have them: at their own time, or
 * once their period was closed in the first one that was open; `corrects` is then the begin of the period that they
 * correct. Unpriced calls are in no group.
 */
export function focusGroups(
  reader: Reader,
  question: ExportQuestion,
  books: Books | null = null,
): Promise<FocusGroup[]> {
  const corrected = Math.max(0, Date.parse(question.from) - CORRECTED_DAYS_MAX * DAY_MS);
  const reach = new Date(Math.min(corrected, books?.periods[0]?.fromMs ?? corrected)).toISOString();
  return reader.rows({
    name: "export_focus",
    sql: ({ calls }) => groupsSql(calls, question, books !== null),
    params: {
      ...questionParams({ ...question, from: reach }),
      posted_from: storeTime(question.from),
      ...(books === null ? {} : postingParams(books)),
    },
    row: FocusGroup,
  });
}

/** By a run. A settled conflict is none: the reversal belongs where the copy stands that it takes back. */
const IS_CORRECTION = `(${BELIEF_EPOCH_SQL} > 0 AND toStartOfMonth(ingested_at) > toStartOfMonth(event_time))`;
const BY_MONTHS = {
  posted: `if(${IS_CORRECTION}, ingested_at, event_time)`,
  corrects: `if(${IS_CORRECTION}, toString(toStartOfMonth(event_time)), '')`,
};
const CORRECTED_BEGIN =
  "formatDateTime(fromUnixTimestamp64Milli({book_from:Array(Int64)}[usage_book], 'UTC'), '%Y-%m-%dT%H:%i:%SZ')";
/** Where the books reach; a call from before them is posted by months. */
const BY_BOOKS = {
  posted: `if(usage_book = 0, ${BY_MONTHS.posted}, booked_at)`,
  corrects: `multiIf(usage_book = 0, ${BY_MONTHS.corrects}, corrects_period = '', '', ${CORRECTED_BEGIN})`,
};

const keysOf = ({ posted, corrects }: typeof BY_MONTHS): Readonly<Record<string, string>> => ({
  day: "toString(toDate(event_time))",
  month: `toString(toStartOfMonth(${posted}))`,
  corrects,
  by_team: "toString(team)",
  by_cost_center: DIMENSION_SQL.cost_center,
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
});

/** Aliases of the inner query are no columns of a call: an alias would win over the column. */
function groupsSql(calls: string, question: ExportQuestion, hasBooks: boolean): string {
  const by = hasBooks ? BY_BOOKS : BY_MONTHS;
  const keys = keysOf(by);
  const names = Object.keys(keys);
  return [
    "SELECT",
    names.map((name) => (name.startsWith("by_") ? `  ${name} AS ${name.slice(3)}` : `  ${name}`)).join(",\n"),
    ", toString(cost_sum) AS cost",
    ...RATED_METERS.map((meter) => `, toString(sum_${meter}) AS ${meter}`),
    "FROM (SELECT",
    names.map((name) => `  ${keys[name]} AS ${name}`).join(",\n"),
    ", ifNull(sum(sign * cost_usd), 0) AS cost_sum",
    ...RATED_METERS.map((meter) => `, sum(sign * toInt128(${meter})) AS sum_${meter}`),
    "FROM",
    ...(hasBooks ? postedCalls(calls) : [calls]),
    questionSql(question),
    `  AND cost_usd IS NOT NULL`,
    `  AND ${by.posted} >= {posted_from:DateTime64(3, 'UTC')} AND ${by.posted} < {to:DateTime64(3, 'UTC')}`,
    `GROUP BY ${names.join(", ")})`,
    `WHERE cost_sum != 0 OR ${RATED_METERS.map((meter) => `ifNull(sum_${meter}, 0) != 0`).join(" OR ")}`,
    `ORDER BY ${names.join(", ")}`,
  ].join("\n");
}
