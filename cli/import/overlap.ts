import { z } from "zod";
import { isTwin, type SeenCall } from "#cli/import/twin.ts";
import type { AdaptedEvent } from "#core/event.ts";
import { failure } from "#core/failure.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface Overlap {
  readonly source: string;
  readonly calls: number;
  /** `same_calls`: these very calls are there under another identity. `live`: `--live` names the source, and it has calls at that time. */
  readonly kind: "same_calls" | "live";
  readonly from: string;
  readonly until: string;
}

export interface OverlapCheck {
  /** What of these events would be counted a second time. */
  find(events: readonly AdaptedEvent[]): Promise<readonly Overlap[]>;
}

const CallsRow = z.object({ source: z.string(), calls: z.coerce.number() });
const SeenRow = z.object({
  event_id: z.string(),
  source: z.string(),
  call_id: z.string(),
  provider_message_id: z.string(),
  time_ms: z.coerce.number(),
  outcome: z.string(),
});
/** Identifiers travel in the address of the query. */
const EVENTS_A_QUERY = 200;

/**
 * Looks whether the ledger has calls already. The same record again is no overlap: it keeps its identity and counts
 * once. Another record of the same call (a row of SpendLogs beside the log that came live, another gateway's log) has
 * another identity and would count again: it is known by the call's ids and its time.
 */
export function createOverlapCheck(
  clickhouse: Pick<ClickHouse, "query">,
  own: string,
  live: readonly string[],
): OverlapCheck {
  return {
    find: async (events) => {
      const times = events
        .filter(({ kind }) => kind === "response")
        .map(({ data }) => Date.parse(data.started_at));
      if (times.length === 0) return [];
      const range = {
        from: new Date(times.reduce((a, b) => Math.min(a, b))).toISOString(),
        to: new Date(times.reduce((a, b) => Math.max(a, b)) + 1_001).toISOString(),
      };
      const there = await callsIn(clickhouse, range);
      if (there.length === 0) return [];
      const bounds = { from: range.from, until: range.to };
      const others = there
        .filter(({ source }) => source !== own && live.includes(source))
        .map(({ source, calls }) => ({ source, calls, kind: "live" as const, ...bounds }));
      const twins = await twinsIn(clickhouse, range, events);
      return [
        ...others,
        ...[...twins]
          .filter(([source]) => !others.some((other) => other.source === source))
          .map(([source, calls]) => ({ source, calls, kind: "same_calls" as const, ...bounds })),
      ];
    },
  };
}

interface Range {
  readonly from: string;
  readonly to: string;
}

function callsIn(clickhouse: Pick<ClickHouse, "query">, range: Range) {
  return clickhouse.query({
    name: "import_calls_in_range",
    sql: `SELECT source, sum(sign) AS calls
          FROM all_calls(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
          GROUP BY source HAVING calls > 0 ORDER BY source`,
    params: clickHouseRange(range),
    row: CallsRow,
  });
}

/** By source, how many of the events are there as another record. */
async function twinsIn(
  clickhouse: Pick<ClickHouse, "query">,
  range: Range,
  events: readonly AdaptedEvent[],
): Promise<ReadonlyMap<string, number>> {
  const twins = new Map<string, number>();
  for (let at = 0; at < events.length; at += EVENTS_A_QUERY) {
    const some = events.slice(at, at + EVENTS_A_QUERY);
    const ids = some
      .flatMap(({ data }) => [data.call_id, data.provider_message_id])
      .filter((id) => id !== null);
    if (ids.length === 0) continue;
    const seen = await clickhouse.query({
      name: "import_same_calls",
      sql: `SELECT event_id, source, call_id, provider_message_id, outcome,
                   toUnixTimestamp64Milli(event_time) AS time_ms
            FROM all_calls(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})
            WHERE sign = 1 AND (call_id IN {ids:Array(String)} OR provider_message_id IN {ids:Array(String)})`,
      params: { ...clickHouseRange(range), ids: [...new Set(ids)] },
      row: SeenRow,
    });
    for (const event of some) {
      const twin = seen.find((row) => isTwin(event, seenCall(row)));
      if (twin !== undefined) twins.set(twin.source, (twins.get(twin.source) ?? 0) + 1);
    }
  }
  return twins;
}

function seenCall(row: z.infer<typeof SeenRow>): SeenCall {
  return {
    eventId: row.event_id,
    callId: row.call_id,
    messageId: row.provider_message_id,
    timeMs: row.time_ms,
    outcome: row.outcome,
  };
}

function clickHouseRange({ from, to }: Range) {
  return { from: from.replace("Z", ""), to: to.replace("Z", "") };
}

/** @throws failure IMPORT_OVERLAPS where there is any */
export function refuseOverlaps(overlaps: readonly Overlap[], input: string): void {
  const [first] = overlaps;
  if (first === undefined) return;
  const calls = overlaps.reduce((sum, { calls: one }) => sum + one, 0);
  const detail = overlaps
    .map(
      ({ source, calls: one, kind, from, until }) =>
        `source ${source} has ${one} ${kind === "live" ? "calls" : "of them as other records"} from ${from} to ${until}`,
    )
    .join("; ");
  const advice = "Give by --until the time of the first call that came live.";
  throw failure("IMPORT_OVERLAPS", { calls, detail, input, advice });
}
