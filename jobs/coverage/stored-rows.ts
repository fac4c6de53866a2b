import { z } from "zod";
import type { CoveredBatch } from "#core/coverage/lives.ts";
import type { Range } from "#core/coverage/range.ts";
import type { At } from "#jobs/coverage/read-batches.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

type Reads = Pick<ClickHouse, "query">;

/** The append times of one life of a partition, half-open; without bounds where it is the only one. */
export interface LifeWindow {
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

const IN_LIFE = `topic = {topic:String} AND partition = {partition:UInt32} AND epoch = 0
  AND offset BETWEEN {from:UInt64} AND {to:UInt64}
  AND append_time >= fromUnixTimestamp64Milli({since:Int64})
  AND append_time < fromUnixTimestamp64Milli({until:Int64})`;
/** The store's last time, for a life that goes on. */
export const FOR_EVER_MS = 10_413_791_999_000;

function paramsOf(at: At, { from, to }: Range, { sinceMs, untilMs }: LifeWindow) {
  return { ...at, from: String(from), to: String(to), since: sinceMs, until: untilMs ?? FOR_EVER_MS };
}

const Island = z
  .object({ from_offset: z.coerce.bigint(), to_offset: z.coerce.bigint() })
  .transform(({ from_offset: from, to_offset: to }): Range => ({ from, to }));

/** Which offsets of a range have stored records. */
export function readStoredRanges(
  clickhouse: Reads,
  at: At,
  range: Range,
  life: LifeWindow,
): Promise<Range[]> {
  return clickhouse.query({
    name: "coverage_stored_ranges",
    sql: `SELECT min(offset) AS from_offset, max(offset) AS to_offset
      FROM (SELECT offset, toInt64(offset) - row_number() OVER (ORDER BY offset) AS island
            FROM (SELECT DISTINCT offset FROM records_v1 WHERE ${IN_LIFE}))
      GROUP BY island ORDER BY from_offset`,
    params: paramsOf(at, range, life),
    row: Island,
  });
}

const Count = z.coerce.bigint();
const Stored = z.object({ records: Count, elements: Count, accepted: Count, rejected: Count });

/** How many records and elements of a range are stored; repeats of one count once. */
export async function countStored(clickhouse: Reads, at: At, range: Range, life: LifeWindow) {
  const [stored] = await clickhouse.query({
    name: "coverage_stored_counts",
    sql: `SELECT uniqExact(offset) AS records, count() AS elements,
        countIf(outcome = 'accepted') AS accepted, countIf(outcome = 'rejected') AS rejected
      FROM (SELECT DISTINCT offset, element, outcome FROM records_v1 WHERE ${IN_LIFE})`,
    params: paramsOf(at, range, life),
    row: Stored,
  });
  return stored ?? { records: 0n, elements: 0n, accepted: 0n, rejected: 0n };
}

/** The batches of one life whose rows are not all there. Asks for all at once, and for halves where something lacks. */
export async function readShortBatches(
  clickhouse: Reads,
  at: At,
  batches: readonly CoveredBatch[],
  life: LifeWindow,
): Promise<readonly CoveredBatch[]> {
  const [first, last] = [batches[0], batches.at(-1)];
  if (first === undefined || last === undefined) return [];
  const stored = await countStored(clickhouse, at, { from: first.from, to: last.to }, life);
  const sum = (pick: (batch: CoveredBatch) => bigint) =>
    batches.reduce((total, one) => total + pick(one), 0n);
  const [records, elements] = [sum((one) => one.records), sum((one) => one.elements)];
  // Not "as many or more": rows that no batch speaks of would stand in for others that are gone.
  if (stored.records === records && stored.elements === elements) return [];
  if (batches.length === 1) return stored.records < records || stored.elements < elements ? [first] : [];
  const half = Math.ceil(batches.length / 2);
  return [
    ...(await readShortBatches(clickhouse, at, batches.slice(0, half), life)),
    ...(await readShortBatches(clickhouse, at, batches.slice(half), life)),
  ];
}
