import { FALLBACK_INPUT_METERS } from "#core/fallback-rates.ts";
import { UNPRICED_SQL } from "#core/unpriced.ts";

/** A column of the lines that usage is summed from, as the events have it. The sign is in each sum. */
interface LineColumn {
  readonly name: string;
  readonly event: string;
}

const named = (name: string): LineColumn => ({ name, event: name });
const ifUnpriced = (sql: string) => `if(${UNPRICED_SQL}, sign * (${sql}), 0)`;
const tokens = (meter: string) => `toInt128(ifNull(${meter}, 0))`;

export const LINE_DIMENSIONS: readonly LineColumn[] = [
  { name: "time", event: "toStartOfFiveMinutes(event_time)" },
  ...["organization", "cost_center", "team", "user_ref", "api_key", "tags"].map(named),
  ...["model", "model_canonical", "platform", "gateway", "cost_status"].map(named),
];

/** No price is no cost, here as everywhere: it is a zero in these sums and an estimate beside them. */
export const LINE_SUMS: readonly LineColumn[] = [
  { name: "cost_usd", event: "sign * ifNull(cost_usd, 0)" },
  { name: "list_usd", event: "sign * coalesce(list_usd, cost_usd, 0)" },
  { name: "read_tokens", event: ifUnpriced(FALLBACK_INPUT_METERS.map(tokens).join(" + ")) },
  { name: "output_tokens", event: ifUnpriced(tokens("output_tokens")) },
];

const BUCKETS = "{buckets:Array(DateTime('UTC'))}";

/** The calls of some buckets, each as it counts now. */
export const EVENT_LINES = `SELECT bucket, ${[...LINE_DIMENSIONS, ...LINE_SUMS].map(({ name, event }) => (name === event ? name : `${event} AS line_${name}`)).join(", ")}
  FROM events_v1 FINAL
  WHERE bucket IN ${BUCKETS} AND kind IN ('response', 'part') AND role = 'ledger'`;

const COLUMNS = [...LINE_DIMENSIONS, ...LINE_SUMS].map(({ name, event }) => ({
  name,
  as: name === event ? name : `line_${name}`,
}));
const LINES = COLUMNS.map(({ as }) => as).join(", ");
const ARRAYS = COLUMNS.map(({ name, as }) => `\`sums.${name}\` AS ${as}`).join(", ");
const ROW_LINES = (where: string) => `SELECT bucket, ${LINES}
  FROM payer_costs_v1 FINAL ARRAY JOIN ${ARRAYS}
  WHERE ${where}`;

/** The sums of some buckets, as they are on record. */
export const LINES_OF_BUCKETS = ROW_LINES(`bucket IN ${BUCKETS}`);

const OF_TIME = "bucket >= toDateTime({from:UInt32}, 'UTC') AND bucket < toDateTime({to:UInt32}, 'UTC')";

/** Those of a stretch of time, but for the bucket of what states no time. */
export const LINES_OF_TIME = ROW_LINES(OF_TIME);

/** The same, with some of its days from where they are summed already. */
export const LINES_OF_DAYS = `${ROW_LINES(`${OF_TIME} AND toDate(bucket) NOT IN {days:Array(Date)}`)}
  UNION ALL
  SELECT toDateTime(day, 'UTC') AS bucket, ${LINES}
  FROM payer_days_v1 FINAL ARRAY JOIN ${ARRAYS}
  WHERE layout = {layout:UInt64} AND day IN {days:Array(Date)}`;

/** Writes buckets anew, each as one row in the place of the older; one without calls becomes a row without sums. */
export const RECOMPUTE = `INSERT INTO payer_costs_v1 (bucket, version, computed_at, ${[...LINE_DIMENSIONS, ...LINE_SUMS].map(({ name }) => `\`sums.${name}\``).join(", ")})
SELECT asked.bucket, {position:UInt64}, {computed_at:DateTime64(3, 'UTC')}, ${[...LINE_DIMENSIONS, ...LINE_SUMS].map(({ name }) => `made.m_${name}`).join(", ")}
FROM (SELECT arrayJoin(${BUCKETS}) AS bucket) AS asked
LEFT JOIN (
  SELECT bucket, ${[...LINE_DIMENSIONS, ...LINE_SUMS].map(({ name }) => `groupArray(s_${name}) AS m_${name}`).join(", ")}
  FROM (
    SELECT bucket, ${LINE_DIMENSIONS.map(({ name, event }) => `${event} AS s_${name}`).join(", ")},
      ${LINE_SUMS.map(({ name, event }) => `sum(${event}) AS s_${name}`).join(", ")}
    FROM events_v1 FINAL
    WHERE bucket IN ${BUCKETS} AND kind IN ('response', 'part') AND role = 'ledger'
    GROUP BY bucket, ${LINE_DIMENSIONS.map(({ name }) => `s_${name}`).join(", ")}
    HAVING s_cost_usd != 0 OR s_list_usd != 0 OR s_read_tokens != 0 OR s_output_tokens != 0
  )
  GROUP BY bucket
) AS made ON made.bucket = asked.bucket`;

/**
 * Writes a day anew. `columns` are those that budgets go by; of the others only what tells the rate of a call without a
 * price is kept, and that where there is none.
 */
export function writeDaySql(columns: ReadonlySet<string>): string {
  const kept = LINE_DIMENSIONS.map(({ name }) => {
    if (name === "time")
      return "toDateTime(roundDown(toUnixTimestamp(line_time), {marks:Array(UInt32)}), 'UTC') AS s_time";
    if (name === "tags")
      return `${columns.has("tag") ? "tags" : "CAST([], 'Array(LowCardinality(String))')"} AS s_tags`;
    if (name === "cost_status") return `if(${UNPRICED_SQL}, cost_status, '') AS s_cost_status`;
    if (columns.has(name)) return `${name} AS s_${name}`;
    if (RATE_COLUMNS.has(name)) return `if(${UNPRICED_SQL}, ${name}, '') AS s_${name}`;
    return `'' AS s_${name}`;
  });
  const names = COLUMNS.map(({ name }) => name);
  return `INSERT INTO payer_days_v1 (layout, day, stamp, computed_at, ${names.map((name) => `\`sums.${name}\``).join(", ")})
SELECT {layout:UInt64}, {day:Date}, {stamp:UInt64}, {computed_at:DateTime64(3, 'UTC')}, ${names.map((name) => `groupArray(s_${name})`).join(", ")}
FROM (
  SELECT ${kept.join(", ")}, ${LINE_SUMS.map(({ name }) => `sum(line_${name}) AS s_${name}`).join(", ")}
  FROM (${LINES_OF_TIME})
  GROUP BY ${LINE_DIMENSIONS.map(({ name }) => `s_${name}`).join(", ")}
)`;
}

const RATE_COLUMNS: ReadonlySet<string> = new Set(["model", "model_canonical", "platform"]);
