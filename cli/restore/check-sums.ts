import { z } from "zod";
import type { Link } from "#core/backup/chain.ts";
import type { BackedUpHour } from "#core/backup/manifest.ts";
import { formatMoney, type Money } from "#core/money.ts";
import { readRowFile } from "#jobs/backup/files.ts";
import { countHours, EventRow } from "#jobs/backup/hour-rows.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import { amountOf } from "#jobs/backup/write-hour.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

interface Sums {
  records: number;
  events: number;
  cost: bigint;
}

export interface SumsReport {
  readonly hours: number;
  readonly records: number;
  readonly events: number;
  readonly cost_usd: string;
  /** Events of a file that a better row of a later hour replaces; they count once. */
  readonly replaced: number;
  readonly faults: readonly string[];
}

/** Compares what the tables hold of each hour with what the manifests say: counts, and money to the last digit. */
export async function checkSums(
  clickhouse: ClickHouse,
  store: BackupStore,
  chain: readonly Link[],
): Promise<SumsReport> {
  const hours = hoursIn(chain);
  const found = await readSums(clickhouse);
  const faults: string[] = [...(await countFaults(clickhouse, hours))];
  const total: Sums = { records: 0, events: 0, cost: 0n };
  let replaced = 0;
  for (const [hour, parts] of hours) {
    const wanted = sumOf(parts);
    const there = found.get(hour) ?? { records: 0, events: 0, cost: 0n };
    if (there.events < wanted.events) {
      const gone = await replacedIn(clickhouse, store, chain, hour);
      replaced += gone.events;
      wanted.events -= gone.events;
      wanted.cost -= gone.cost;
    }
    for (const name of ["records", "events", "cost"] as const)
      if (there[name] !== wanted[name])
        faults.push(`- ${hour}: ${name} ${there[name]}, and ${wanted[name]} are due`);
    total.records += there.records;
    total.events += there.events;
    total.cost += there.cost;
  }
  const { cost, ...counts } = total;
  return { hours: hours.size, ...counts, cost_usd: formatMoney(cost as Money), replaced, faults };
}

function hoursIn(chain: readonly Link[]): Map<string, BackedUpHour[]> {
  const hours = new Map<string, BackedUpHour[]>();
  for (const { manifest } of chain)
    if (manifest.hour !== null)
      hours.set(manifest.hour.hour, [...(hours.get(manifest.hour.hour) ?? []), manifest.hour]);
  return hours;
}

function sumOf(parts: readonly BackedUpHour[]): Sums {
  const sums: Sums = { records: 0, events: 0, cost: 0n };
  for (const part of parts) {
    sums.records += part.records;
    sums.events += part.events;
    sums.cost += amountOf(part.cost_usd);
  }
  return sums;
}

const HOUR = "formatDateTime(toStartOfHour(ingested_at), '%Y-%m-%dT%H', 'UTC') AS hour";
const FoundHour = z.object({
  hour: z.string(),
  records: z.coerce.number(),
  events: z.coerce.number(),
  cost: z.string(),
});

async function readSums(clickhouse: ClickHouse): Promise<Map<string, Sums>> {
  const rows = await clickhouse.query({
    name: "restore_sums",
    sql: `SELECT hour, sum(records) AS records, sum(events) AS events, toString(sum(cost)) AS cost FROM (
            SELECT ${HOUR}, count() AS records, 0 AS events, toDecimal128(0, 12) AS cost
            FROM records_v1 FINAL WHERE epoch = 0 GROUP BY hour
            UNION ALL
            SELECT ${HOUR}, 0 AS records, count() AS events, ifNull(sum(sign * cost_usd), toDecimal128(0, 12)) AS cost
            FROM events_v1 FINAL WHERE epoch = 0 GROUP BY hour)
          GROUP BY hour`,
    row: FoundHour,
  });
  return new Map(rows.map(({ hour, cost, ...counts }) => [hour, { ...counts, cost: amountOf(cost) }]));
}

/** Batches and corrections of each hour. */
async function countFaults(
  clickhouse: ClickHouse,
  hours: ReadonlyMap<string, readonly BackedUpHour[]>,
): Promise<readonly string[]> {
  const counted = await countHours(clickhouse, "2200-01-01T00:00:00.000");
  const found = new Map(counted.map((hour) => [hour.hour, hour]));
  return [...hours].flatMap(([hour, parts]) => {
    const batches = parts.reduce((sum, part) => sum + part.batches, 0);
    const corrections = parts.at(-1)?.corrections ?? 0;
    const there = found.get(hour) ?? { batches: 0, corrections: 0 };
    if (there.batches === batches && there.corrections >= corrections) return [];
    return [
      `- ${hour}: ${there.batches} batches and ${there.corrections} corrections, and ${batches} and ${corrections} are due`,
    ];
  });
}

/** Events of an hour's files that stand no more, because a row under their key that another hour wrote is better. */
async function replacedIn(
  clickhouse: ClickHouse,
  store: BackupStore,
  chain: readonly Link[],
  hour: string,
): Promise<{ events: number; cost: bigint }> {
  let [events, cost] = [0, 0n];
  const files = chain
    .filter(({ manifest }) => manifest.hour?.hour === hour)
    .flatMap(({ manifest }) => manifest.files.filter(({ kind }) => kind === "events"));
  for (const file of files) {
    const rows = (await readRowFile(store, file)).map((row) =>
      EventRow.extend({ epoch: z.int() }).parse(row),
    );
    const first = rows.filter((row) => row.epoch === 0);
    const standing = await standingOf(clickhouse, first);
    for (const row of first) {
      const winner = standing.get(row.event_id);
      // Lost is another thing than replaced: then there is no row of that event, and the sums must differ.
      if (winner === undefined || winner.has(row.ingested_at)) continue;
      events += 1;
      cost += BigInt(row.sign) * amountOf(row.cost_usd);
    }
  }
  return { events, cost };
}

const IDS_MAX = 200;

/** When the standing rows of some events were written. */
async function standingOf(
  clickhouse: ClickHouse,
  rows: readonly { readonly event_id: string }[],
): Promise<Map<string, Set<string>>> {
  const standing = new Map<string, Set<string>>();
  const ids = [...new Set(rows.map((row) => row.event_id))];
  for (let at = 0; at < ids.length; at += IDS_MAX) {
    const found = await clickhouse.query({
      name: "restore_standing",
      sql: `SELECT event_id, ingested_at FROM events_v1 FINAL
            WHERE epoch = 0 AND event_id IN {ids:Array(String)}
            SETTINGS use_skip_indexes_if_final = 1, use_skip_indexes_if_final_exact_mode = 1`,
      params: { ids: ids.slice(at, at + IDS_MAX) },
      row: z.object({ event_id: z.string(), ingested_at: z.string() }),
    });
    for (const row of found)
      standing.set(row.event_id, (standing.get(row.event_id) ?? new Set()).add(row.ingested_at));
  }
  return standing;
}
