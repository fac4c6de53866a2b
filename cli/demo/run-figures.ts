import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { failure } from "#core/failure.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { PartitionEnd } from "#runtime/kafka/topic-ends.ts";

const Whole = z.coerce.number();
const Figures = z.object({
  accepted: Whole,
  rejected: Whole,
  events: Whole,
  distinct_event_ids: Whole,
  sessions: Whole,
  teams: Whole,
  cost_usd: z.string(),
  gateway_cost_usd: z.string(),
  unpriced_calls: Whole,
});
/** What one run of the demo became, counted in ClickHouse and nowhere else. */
export type RunFigures = z.infer<typeof Figures>;

const Reject = z.object({ reason: z.string(), records: Whole, sample: z.string() });
const Unpriced = z.object({ model: z.string(), note: z.string(), calls: Whole });

/** The records that lie behind the ends as they were when the run began, of its own sources. */
const OF_THE_RUN = `source IN {sources:Array(String)} AND arrayExists(
  (t, p, o) -> topic = t AND partition = p AND offset >= o,
  {topics:Array(String)}, {partitions:Array(UInt32)}, arrayMap(o -> toUInt64(o), {offsets:Array(String)}))`;

export function runParams(ends: readonly PartitionEnd[], sources: readonly string[]) {
  return {
    sources,
    topics: ends.map((end) => end.topic),
    partitions: ends.map((end) => end.partition),
    // As text: an offset may be larger than a double holds.
    offsets: ends.map((end) => String(end.offset)),
  };
}
export type RunParams = ReturnType<typeof runParams>;

/** Waits until all that was sent is in ClickHouse. @throws failure DEMO_INCOMPLETE */
export async function untilThere(
  clickhouse: ClickHouse,
  params: RunParams,
  sent: number,
  boundMs: number,
  progress: (there: number) => void,
): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const [row] = await clickhouse.query({
      name: "demo_there",
      sql: `SELECT uniqExact(topic, partition, offset, element) AS there FROM records_v1 WHERE ${OF_THE_RUN}`,
      params,
      row: z.object({ there: Whole }),
    });
    const there = row?.there ?? 0;
    if (there >= sent) return;
    progress(there);
    const seconds = Math.round((performance.now() - startMs) / 1000);
    if (seconds * 1000 > boundMs) throw failure("DEMO_INCOMPLETE", { sent, there, seconds });
    await pause(100);
  }
}

export async function readFigures(clickhouse: ClickHouse, params: RunParams): Promise<RunFigures> {
  const [figures] = await clickhouse.query({
    name: "demo_figures",
    sql: `WITH
            records AS (SELECT outcome, event_ids FROM records_v1 FINAL WHERE ${OF_THE_RUN}),
            calls AS (SELECT * FROM events_v1 FINAL
                      WHERE event_id IN (SELECT arrayJoin(event_ids) FROM records) AND kind = 'response')
          SELECT (SELECT countIf(outcome = 'accepted') FROM records) AS accepted,
                 (SELECT countIf(outcome = 'rejected') FROM records) AS rejected,
                 (SELECT sum(length(event_ids)) FROM records) AS events,
                 uniqExact(event_id) AS distinct_event_ids,
                 uniqExactIf(session_id, session_id != '') AS sessions,
                 uniqExactIf(team, team != '') AS teams,
                 toString(sumIf(calls.sign * calls.cost_usd, calls.cost_status IN ('rated', 'estimated'))) AS cost_usd,
                 toString(sumIf(calls.sign * calls.cost_usd, calls.cost_status = 'gateway')) AS gateway_cost_usd,
                 sumIf(calls.sign, calls.cost_status = 'unpriced') AS unpriced_calls
          FROM calls`,
    params,
    row: Figures,
  });
  if (figures === undefined) throw new Error("sums over nothing still are a row");
  return figures;
}

export async function readRejects(clickhouse: ClickHouse, params: RunParams) {
  return clickhouse.query({
    name: "demo_rejects",
    sql: `SELECT reject_reason AS reason, count() AS records, any(reject_detail) AS sample
          FROM records_v1 FINAL WHERE outcome = 'rejected' AND ${OF_THE_RUN}
          GROUP BY reason ORDER BY records DESC, reason`,
    params,
    row: Reject,
  });
}

export async function readUnpriced(clickhouse: ClickHouse, params: RunParams) {
  return clickhouse.query({
    name: "demo_unpriced",
    sql: `SELECT model, cost_note AS note, count() AS calls FROM events_v1 FINAL
          WHERE cost_status = 'unpriced'
            AND event_id IN (SELECT arrayJoin(event_ids) FROM records_v1 WHERE ${OF_THE_RUN})
          GROUP BY model, note ORDER BY calls DESC, model`,
    params,
    row: Unpriced,
  });
}
