import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Ledger } from "#test/faults/ledger.ts";
import { until } from "#test/faults/until.ts";

/** What the store holds against what was acknowledged. */
export interface Verdict {
  /** Calls that were acknowledged and are not there, or not with their team, model and cost. */
  readonly lost: number;
  /** Calls that count more than once, or that nobody sent. */
  readonly doubled: number;
  /** Rows of `events_v1` and `records_v1` that were written more than once. */
  readonly physicalDuplicates: number;
  /** Rejected records that are missing, or too many. */
  readonly rejectsOff: number;
  readonly isExact: boolean;
}

const Count = z.object({ n: z.coerce.number() });
const Live = z.object({
  call_id: z.string(),
  team: z.string(),
  model: z.string(),
  live: z.coerce.number(),
  cost: z.string().nullable(),
});
const COST_SCALE = 12;

async function count(store: ClickHouse, sql: string): Promise<number> {
  const [row] = await store.query({ name: "faults_count", sql, row: Count });
  return row?.n ?? 0;
}

/**
 * Waits until everything that was sent has its rows, then compares: the set of ids, and team, model and cost of each
 * to the last digit, so the sums too.
 * @param boundMs how long the store may go without a new row before what is missing counts as lost
 */
export async function verify(store: ClickHouse, ledger: Ledger, boundMs = 90_000): Promise<Verdict> {
  await settled(store, ledger, boundMs);
  let right = 0;
  let doubled = 0;
  const rows = store.stream({
    name: "faults_live",
    sql: `SELECT call_id, gateway_team AS team, model, toInt32(sum(sign)) AS live, toString(sum(sign * cost_usd)) AS cost
FROM events_v1 FINAL WHERE kind = 'response' GROUP BY call_id, gateway_team, model`,
    row: Live,
  });
  for await (const row of rows) {
    const call = ledger.calls.get(row.call_id);
    if (row.live === 0) continue;
    if (row.live > 1 || call === undefined) doubled += 1;
    else if (
      call.team === row.team &&
      call.model === row.model &&
      call.cost === (row.cost === null ? null : unitsOf(row.cost))
    )
      right += 1;
  }
  const physicalDuplicates =
    (await count(
      store,
      `SELECT count() - uniqExact(bucket, gateway_team, model, session_id, event_id, epoch, sign, topic, partition, offset, append_time) AS n
FROM events_v1`,
    )) +
    (await count(
      store,
      `SELECT count() - uniqExact(topic, partition, offset, append_time, element, epoch) AS n FROM records_v1`,
    ));
  const rejected = await count(
    store,
    `SELECT uniqExact(topic, partition, offset, append_time, element) AS n FROM records_v1 WHERE outcome = 'rejected'`,
  );
  const lost = ledger.calls.size - right;
  const rejectsOff = Math.abs(rejected - ledger.rejects);
  const isExact = lost === 0 && doubled === 0 && rejectsOff === 0;
  return { lost, doubled, physicalDuplicates, rejectsOff, isExact };
}

async function settled(store: ClickHouse, ledger: Ledger, boundMs: number): Promise<void> {
  let best = -1;
  let bestAtMs = performance.now();
  await until(
    "the store has everything, or nothing new comes",
    async () => {
      // A store that is away for the moment says nothing.
      const there = await Promise.all([
        count(store, "SELECT uniqExact(event_id) AS n FROM events_v1"),
        count(store, "SELECT uniqExact(topic, partition, offset, append_time, element) AS n FROM records_v1"),
      ]).catch(() => null);
      if (there === null) return performance.now() - bestAtMs > boundMs;
      const [calls, records] = there;
      if (calls >= ledger.calls.size && records >= ledger.records) return true;
      if (calls + records > best) {
        best = calls + records;
        bestAtMs = performance.now();
      }
      return performance.now() - bestAtMs > boundMs;
    },
    3_600_000,
  );
}

/** A decimal string in units of 1e-12. */
export function unitsOf(text: string): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(COST_SCALE, "0").slice(0, COST_SCALE));
}
