import { z } from "zod";
import { DAY_SPANS, type Span } from "#core/day-spans.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const StaleRow = z.object({
  day: z.string(),
  starts: z.int(),
  ends: z.int(),
  stamp: z.coerce.bigint(),
  version: z.coerce.bigint(),
});

/** A stretch that is not, or not any more, what `cost_5m` has of it; with what that has now. */
export type StaleSpan = z.infer<typeof StaleRow>;

/** The stretches of some days (`2026-11-01`) that must be made anew, those of a day beside each other. */
export async function staleSpans(
  clickhouse: Pick<ClickHouse, "query">,
  days: { readonly first: string; readonly end: string },
  signal: AbortSignal,
): Promise<readonly StaleSpan[]> {
  return clickhouse.query({
    name: "stale_spans",
    sql: `SELECT toString(day) AS day, starts, ends, toString(stamp) AS stamp, toString(version) AS version
          FROM cost_spans_stale(spans = {spans:Array(Tuple(UInt32, UInt32))}, first = {first:Date}, end = {end:Date})
          ORDER BY day, starts, ends`,
    params: { ...days, spans: spanTuples(DAY_SPANS) },
    settings: { max_threads: 1 },
    row: StaleRow,
    signal,
  });
}

/** As the store reads an array of tuples. */
export function spanTuples(spans: readonly Span[]): string {
  return `[${spans.map(({ starts, ends }) => `(${starts},${ends})`).join()}]`;
}
