import type { Position } from "#core/adapter.ts";
import { leafHash } from "#core/leaf.ts";
import { merkleRoot } from "#core/merkle.ts";
import { correct, isOf } from "#core/replay/correct.ts";
import type { PlainRow } from "#core/replay/plain-row.ts";
import { rowsHash } from "#core/rows-hash.ts";
import { isInScope, type ScopedCall } from "#core/settings/run-scope.ts";
import { placeOf, readEventIds } from "#ingest/replay/event-ids.ts";
import { type ChangedRecord, keyOf, type PlannedChunk, rowsToWrite } from "#ingest/replay/plan-chunk.ts";
import { readStanding } from "#ingest/replay/standing.ts";
import type { Partition } from "#ingest/replay/stored-records.ts";
import { readRecordRows } from "#ingest/runs/record-rows.ts";
import type { ScopedRange, ScopedRecord } from "#ingest/runs/scoped-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/**
 * What a record's rows become. `meant` are those that stand of it and are in scope, `standing` all that stand of it; the
 * answer has a row for each of `meant`, under its own key.
 */
export type Corrector = (
  record: ScopedRecord,
  meant: readonly PlainRow[],
  standing: readonly PlainRow[],
) => readonly PlainRow[];

export interface RunChunk extends PlannedChunk {
  /** Calls and parts that were looked at: those in scope. */
  readonly calls: number;
  /** The settings that those were made with. */
  readonly offsets: readonly bigint[];
}

export interface PlanRunDeps {
  readonly clickhouse: Pick<ClickHouse, "query">;
  readonly corrector: Corrector;
  readonly settingsOffset: bigint;
}

/**
 * Finds what a run changes in a chunk of records: it starts from what stands of their events before the run's epoch,
 * and comes to rows, leaves and a root as a replay does. The same chunk comes to the same rows after a crash.
 */
export async function planRunChunk(
  at: Partition,
  chunk: readonly ScopedRecord[],
  range: ScopedRange,
  deps: PlanRunDeps,
): Promise<RunChunk> {
  const [first, last] = [chunk[0], chunk.at(-1)];
  if (first === undefined || last === undefined) throw new Error("a chunk has at least one record");
  const standing = await standingByPlace(at, chunk, range.epoch, deps.clickhouse);
  const found: { record: ScopedRecord; place: Position; correction: ReturnType<typeof correct> }[] = [];
  let calls = 0;
  const offsets: bigint[] = [];
  for (const record of chunk) {
    const place = positionOf(at, record);
    const mine = (standing.get(placeOf(record)) ?? []).filter((row) => isOf(row, place));
    const meant = mine.filter((row) => isCall(row) && isInScope(row as unknown as ScopedCall, range));
    if (meant.length === 0) continue;
    calls += meant.length;
    offsets.push(...meant.map((row) => BigInt(row["settings_offset"] as bigint)));
    const today = deps.corrector(record, meant, mine).map((row) => stampedRow(row, range.epoch));
    const correction = correct(place, today, meant);
    if (correction.stated.length > 0) found.push({ record, place, correction });
  }
  const records = await readRecordRows(
    deps.clickhouse,
    at,
    found.map(({ record }) => record),
    range.epoch,
  );
  const changed = found.map(({ record, place, correction }): ChangedRecord => {
    const row = records.get(placeOf(record));
    if (row === undefined) throw new Error(`record ${placeOf(record)} is gone while a run looks at it`);
    const hashes = {
      receivedSha256: record.received_sha256,
      storedSha256: String(row["stored_sha256"]),
      rowsSha256: rowsHash(rowsToWrite(correction, range.epoch)),
    };
    const leaf = leafHash(place, hashes);
    const made = { rows_sha256: hashes.rowsSha256, leaf, settings_offset: deps.settingsOffset };
    const recordRow = { ...row, ...made, epoch: range.epoch };
    return { stored: record, correction, recordRow, leaf, becomes: record.outcome };
  });
  return {
    ...{ at, first, last, looked: chunk.length, changed, calls, offsets },
    eventRows: changed.flatMap(({ correction }) => rowsToWrite(correction, range.epoch)),
    root: merkleRoot(changed.map(({ leaf }) => leaf)),
    adapterVersions: {},
  };
}

function isCall(row: PlainRow): boolean {
  return row["kind"] === "response" || row["kind"] === "part";
}

function stampedRow({ ingested_at: _then, ...row }: PlainRow, epoch: number): PlainRow {
  return { ...row, epoch: BigInt(epoch), sign: 1n };
}

function positionOf({ topic, partition }: Partition, { offset, append_ms, element }: ScopedRecord): Position {
  return { topic, partition, offset, appendTimeMs: append_ms, element };
}

/** What stands of each record's events, of then and now: looked for in their buckets first, then everywhere. */
async function standingByPlace(
  at: Partition,
  chunk: readonly ScopedRecord[],
  epoch: number,
  clickhouse: PlanRunDeps["clickhouse"],
): Promise<ReadonlyMap<string, readonly PlainRow[]>> {
  const corrected = chunk.filter((record) => record.epoch > 0);
  const earlier = await readEventIds(clickhouse, at, corrected);
  const ids = new Set(chunk.flatMap((one) => [...one.event_ids, ...(earlier.get(placeOf(one)) ?? [])]));
  const noted = chunk.filter(({ last_bucket }) => last_bucket > 0);
  const window = {
    fromBucketS: Math.min(...noted.map(({ first_bucket }) => first_bucket)),
    toBucketS: Math.max(...noted.map(({ last_bucket }) => last_bucket)),
  };
  const near = noted.length === 0 ? [] : await readStanding(clickhouse, [...ids], epoch, window);
  const seen = new Set(near.map((row) => String(row["event_id"])));
  const missing = [...ids].filter((id) => !seen.has(id));
  const far = await readStanding(clickhouse, missing, epoch, null);
  const byPlace = new Map<string, PlainRow[]>();
  // A part may be found by its own call there and by that of another time here.
  for (const row of new Map([...near, ...far].map((one) => [keyOf(one), one])).values()) {
    const append_ms = Date.parse(String(row["append_time"]));
    const { offset, element } = row as { offset: bigint; element: bigint };
    const place = placeOf({ offset, append_ms, element: Number(element) });
    const list = byPlace.get(place);
    if (list === undefined) byPlace.set(place, [row]);
    else list.push(row);
  }
  return byPlace;
}
