import { MEASURES } from "#jobs/rollups/rollup.ts";
import { SPAN_DIMENSIONS } from "#jobs/rollups/spans/span-columns.ts";
import { spanSumsSql } from "#jobs/rollups/spans/span-sums-sql.ts";
import { type StaleSpan, spanTuples } from "#jobs/rollups/spans/stale-spans.ts";
import { ONE_CORE, ONE_INSERT } from "#jobs/rollups/sums-sql.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/**
 * Writes stretches of one day anew, of the sums of five minutes as they are now. Their stamps were read before, so what
 * changes in between makes a row newer than it says, and it is made once more; never older.
 */
export async function recomputeSpans(
  clickhouse: Pick<ClickHouse, "command">,
  given: { readonly day: string; readonly spans: readonly StaleSpan[]; readonly now: Date },
): Promise<void> {
  if (given.spans.length === 0) return;
  await clickhouse.command(RECOMPUTE, {
    name: "recompute_cost_spans",
    params: {
      day: given.day,
      spans: spanTuples(given.spans),
      stamps: `[${given.spans.map(({ stamp }) => stamp).join()}]`,
      versions: `[${given.spans.map(({ version }) => version).join()}]`,
      computed_at: given.now.toISOString().replace("Z", ""),
    },
    settings: { ...ONE_CORE, ...ONE_INSERT },
  });
}

const NAMES = [...SPAN_DIMENSIONS, ...MEASURES].map(({ name }) => name);
const RECOMPUTE = `INSERT INTO cost_spans_v1
  (starts, ends, day, stamp, version, computed_at, ${NAMES.map((name) => `\`sums.${name}\``).join(", ")})
SELECT asked.span.1, asked.span.2, {day:Date}, asked.stamp, asked.version, {computed_at:DateTime64(3, 'UTC')},
  ${NAMES.map((name) => `made.${name}`).join(", ")}
FROM (
  SELECT span, stamp, version FROM system.one
  ARRAY JOIN {spans:Array(Tuple(UInt32, UInt32))} AS span, {stamps:Array(UInt64)} AS stamp, {versions:Array(UInt64)} AS version
) AS asked
LEFT JOIN (
  SELECT span, ${NAMES.map((name) => `groupArray(tuple(sum_${name})).1 AS ${name}`).join(", ")}
  FROM (${spanSumsSql()})
  GROUP BY span
) AS made ON made.span = asked.span`;
