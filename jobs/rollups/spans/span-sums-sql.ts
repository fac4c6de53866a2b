import { MEASURES } from "#jobs/rollups/rollup.ts";
import { SPAN_DIMENSIONS } from "#jobs/rollups/spans/span-columns.ts";

const DIMENSIONS = SPAN_DIMENSIONS.map(({ name }) => `sum_${name}`).join(", ");

/**
 * One row per stretch of `{spans:Array(Tuple(UInt32, UInt32))}` of `{day:Date}` and group. First by quarters of an hour,
 * which all stretches are made of: a stretch is then a tenth of the sums. What counts at another time than its bucket is
 * in none.
 */
export function spanSumsSql(): string {
  return `SELECT arrayJoin(arrayFilter(s -> s.1 <= quarter AND quarter < s.2, {spans:Array(Tuple(UInt32, UInt32))})) AS span,
    ${DIMENSIONS}, ${MEASURES.map(({ name }) => `sum(of_${name}) AS sum_${name}`).join(", ")}
  FROM (
    SELECT toUInt32(toUnixTimestamp(bucket) % 86400 - toUnixTimestamp(bucket) % 900) AS quarter,
      ${SPAN_DIMENSIONS.map(({ name, sql }) => `${sql} AS sum_${name}`).join(", ")},
      ${MEASURES.map(({ name }) => `sum(s.${name}) AS of_${name}`).join(", ")}
    FROM cost_5m_v1 FINAL ARRAY JOIN sums AS s
    WHERE bucket >= toDateTime({day:Date}, 'UTC') AND bucket < toDateTime({day:Date} + 1, 'UTC') AND s.time = bucket
    GROUP BY quarter, ${DIMENSIONS}
  )
  GROUP BY span, ${DIMENSIONS}`;
}
