import type { BackedUpHour, BackupFile } from "#core/backup/manifest.ts";
import { failure } from "#core/failure.ts";
import { merkleRoot } from "#core/merkle.ts";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";
import { type BatchRow, batchFinder, batchKey } from "#jobs/backup/batch-ranges.ts";
import { rowFiles } from "#jobs/backup/files.ts";
import {
  countEvents,
  readBatches,
  streamCorrections,
  streamEvents,
  streamRecords,
} from "#jobs/backup/hour-rows.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface HourDeps {
  readonly clickhouse: ClickHouse;
  readonly store: BackupStore;
  readonly signal: AbortSignal;
}

/**
 * The files of one hour. Its batches say which rows belong to it: a batch row is written last, so the rows of a batch
 * without one are left for a later pass, and a batch that comes late (finished after a crash, under the time of its
 * intent) makes a second manifest of its hour. What the batches say must be there to the last row.
 * @throws failure BACKUP_ROWS_MISSING
 */
export async function writeHour(
  deps: HourDeps,
  hour: string,
  already: ReadonlySet<string>,
): Promise<{ readonly hour: BackedUpHour; readonly files: readonly BackupFile[] }> {
  const { store } = deps;
  const folder = `hours/${hour}`;
  const batches = (await readBatches(deps.clickhouse, hour)).filter((row) => !already.has(batchKey(row)));
  const files = {
    events: rowFiles(store, "events", folder),
    records: rowFiles(store, "records", folder),
    batches: rowFiles(store, "batches", folder),
  };
  const find = batchFinder(batches);
  const { records, eventIds } = await addRecords(deps, hour, batches, find, files.records);
  const { events, cost } = await addEvents(deps, hour, batches, find, files.events);
  const replaced = sum(batches.map((batch) => batch.events)) - events;
  if (replaced !== 0) await refuseLost(deps, hour, events, batches, eventIds);
  for (const batch of batches) await files.batches.add(batch);
  const corrections = await addCorrections(deps, hour, files);
  return {
    hour: {
      ...{ hour, batches: batches.length, records, events, replaced, corrections },
      cost_usd: formatMoney(cost as Money),
      root: merkleRoot(batches.map((batch) => batch.root)),
      ranges: rangesOf(batches).map(({ first, last, ...at }) => ({
        ...at,
        first_offset: String(first),
        last_offset: String(last),
      })),
    },
    files: (await Promise.all(Object.values(files).map((list) => list.end()))).flat(),
  };
}

type Files = ReturnType<typeof rowFiles>;

async function addRecords(
  { clickhouse, signal }: HourDeps,
  hour: string,
  batches: readonly BatchRow[],
  find: ReturnType<typeof batchFinder>,
  file: Files,
) {
  const eventIds: string[] = [];
  let records = 0;
  for (const range of rangesOf(batches)) {
    for await (const row of streamRecords(clickhouse, hour, range)) {
      signal.throwIfAborted();
      if (find(row) === undefined) continue;
      records += 1;
      eventIds.push(...row.event_ids);
      await file.add(row);
    }
  }
  const wanted = sum(batches.map((batch) => batch.elements));
  if (records !== wanted)
    throw failure("BACKUP_ROWS_MISSING", { hour, what: "records", wanted, found: records });
  return { records, eventIds };
}

async function addEvents(
  { clickhouse, signal }: HourDeps,
  hour: string,
  batches: readonly BatchRow[],
  find: ReturnType<typeof batchFinder>,
  file: Files,
) {
  let [events, cost] = [0, 0n];
  const months = [...new Set(batches.flatMap((batch) => batch.months))];
  for await (const row of streamEvents(clickhouse, hour, months)) {
    signal.throwIfAborted();
    if (find(row) === undefined) continue;
    events += 1;
    cost += BigInt(row.sign) * amountOf(row.cost_usd);
    await file.add(row);
  }
  return { events, cost };
}

/** An event that its batch wrote and that has no row may have been replaced by a better one: then that one is there. */
async function refuseLost(
  { clickhouse }: HourDeps,
  hour: string,
  events: number,
  batches: readonly BatchRow[],
  eventIds: readonly string[],
): Promise<void> {
  const what = "events";
  const wanted = sum(batches.map((batch) => batch.events));
  if (events > wanted) throw failure("BACKUP_ROWS_MISSING", { hour, what, wanted, found: events });
  const unique = [...new Set(eventIds)];
  for (let at = 0; at < unique.length; at += IDS_MAX) {
    const some = unique.slice(at, at + IDS_MAX);
    const found = await countEvents(clickhouse, some);
    if (found < some.length) throw failure("BACKUP_ROWS_MISSING", { hour, what, wanted, found: events });
  }
}

/** Ids go with the address of the request. */
const IDS_MAX = 200;

/** All of the hour, also what an earlier manifest has: a row under the same key is the same row. */
async function addCorrections(
  { clickhouse, signal }: HourDeps,
  hour: string,
  files: { readonly events: Files; readonly records: Files; readonly batches: Files },
): Promise<number> {
  let corrections = 0;
  for (const kind of ["events", "records", "batches"] as const) {
    for await (const row of streamCorrections(clickhouse, hour, `${kind}_v1`)) {
      signal.throwIfAborted();
      corrections += 1;
      await files[kind].add(row);
    }
  }
  return corrections;
}

function rangesOf(batches: readonly BatchRow[]) {
  const ranges = new Map<string, { topic: string; partition: number; first: bigint; last: bigint }>();
  for (const { topic, partition, first_offset, last_offset } of batches) {
    const [first, last] = [BigInt(first_offset), BigInt(last_offset)];
    const range = ranges.get(`${topic}/${partition}`) ?? { topic, partition, first, last };
    if (first < range.first) range.first = first;
    if (last > range.last) range.last = last;
    ranges.set(`${topic}/${partition}`, range);
  }
  return [...ranges.values()];
}

export function amountOf(cost: string | null): bigint {
  if (cost === null) return 0n;
  const amount = parseMoney(cost);
  if (!amount.ok) throw new Error(`a cost in the table is no amount: ${amount.detail}`);
  return amount.value;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
