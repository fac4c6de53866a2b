import { z } from "zod";
import { DAY_SPANS, type Span } from "#core/day-spans.ts";
import type { CompareDeps } from "#jobs/rollups/compare.ts";
import { offBy } from "#jobs/rollups/differences.ts";
import { MEASURES } from "#jobs/rollups/rollup.ts";
import { recomputeSpans } from "#jobs/rollups/spans/recompute-spans.ts";
import { SPAN_DIMENSIONS } from "#jobs/rollups/spans/span-columns.ts";
import { spanSumsSql } from "#jobs/rollups/spans/span-sums-sql.ts";
import { spanTuples, staleSpans } from "#jobs/rollups/spans/stale-spans.ts";
import { ONE_CORE } from "#jobs/rollups/sums-sql.ts";

const DifferenceRow = z.object({
  starts: z.int(),
  ends: z.int(),
  stamp: z.coerce.bigint(),
  version: z.coerce.bigint(),
  groups: z.coerce.number(),
  calls: z.coerce.number(),
  cost_usd: z.string(),
});

/** A stretch that says it is right and is not. */
export type SpanDifference = z.infer<typeof DifferenceRow> & { readonly day: string };

/**
 * Compares the stretches of some days with the sums of five minutes, which are themselves compared with the calls; tells
 * what differs and makes it anew. A stretch that is stale is no difference: nobody reads it, and the next round makes it.
 */
export async function compareSpans(
  { clickhouse, measures, log, clock }: CompareDeps,
  days: readonly string[],
  signal: AbortSignal,
): Promise<readonly SpanDifference[]> {
  const real: SpanDifference[] = [];
  let compared = 0;
  for (const day of days) {
    const end = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    const staleNow = async () =>
      new Set((await staleSpans(clickhouse, { first: day, end }, signal)).map(nameOf));
    const before = await staleNow();
    const fresh = DAY_SPANS.filter((span) => !before.has(nameOf(span)));
    compared += fresh.length;
    const found = await clickhouse.query({
      name: "compare_cost_spans",
      sql: DIFFERENCES,
      params: { day, spans: spanTuples(fresh) },
      settings: ONE_CORE,
      row: DifferenceRow,
      signal,
    });
    if (found.length === 0) continue;
    // Fresh before and after: so nothing moved while the two were compared.
    const after = await staleNow();
    const spans = found.filter((span) => !after.has(nameOf(span))).map((span) => ({ ...span, day }));
    real.push(...spans);
    for (const { starts, ends, groups, calls, cost_usd } of spans)
      log.error(
        { rollup: "cost_spans", day, starts, ends, groups, calls, cost_usd },
        "a rollup differed from the events; its bucket is recomputed",
      );
    await recomputeSpans(clickhouse, { day, spans, now: clock() });
  }
  measures.compared("cost_spans", {
    buckets: compared,
    differing: real.length,
    calls: real.reduce((sum, { calls }) => sum + calls, 0),
    costUsd: real.reduce((sum, { cost_usd }) => sum + Number(cost_usd), 0),
  });
  return real;
}

function nameOf({ starts, ends }: Span): string {
  return `${starts} ${ends}`;
}

const COLUMNS = [...SPAN_DIMENSIONS, ...MEASURES].map(({ name }) => name);
const DIFFERENCES = `SELECT at.1 AS starts, at.2 AS ends, toString(any(stamp)) AS stamp, toString(any(version)) AS version,
  any(off.groups) AS groups, any(off.calls) AS calls, any(off.cost_usd) AS cost_usd
FROM (${offBy(SPAN_DIMENSIONS, {
  right: `SELECT span AS at, ${COLUMNS.map((name) => `sum_${name} AS ${name}`).join(", ")} FROM (${spanSumsSql()})`,
  rolled: `SELECT (starts, ends) AS at, ${COLUMNS.map((name) => `s.${name} AS ${name}`).join(", ")}
    FROM cost_spans_v1 FINAL ARRAY JOIN sums AS s
    WHERE (starts, ends) IN {spans:Array(Tuple(UInt32, UInt32))} AND day = {day:Date}`,
})}) AS off
INNER JOIN (
  SELECT (starts, ends) AS at, stamp, version FROM cost_spans_v1 FINAL WHERE day = {day:Date}
) AS kept USING (at)
GROUP BY at ORDER BY at`;
