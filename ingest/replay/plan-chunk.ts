import { leafHash } from "#core/leaf.ts";
import { merkleRoot } from "#core/merkle.ts";
import { type Correction, correct } from "#core/replay/correct.ts";
import { type PlainRow, plainRow } from "#core/replay/plain-row.ts";
import { rowsHash } from "#core/rows-hash.ts";
import { recordRow, sha256 } from "#ingest/build-batch.ts";
import type { RowContext } from "#ingest/event-row.ts";
import type { ReadingDeps } from "#ingest/read-elements.ts";
import { placeOf, readEventIds } from "#ingest/replay/event-ids.ts";
import { type ReadAgain, readAgain, rowsOf } from "#ingest/replay/read-again.ts";
import { readStanding, type Window } from "#ingest/replay/standing.ts";
import type { Partition, RecordRange, StoredRecord } from "#ingest/replay/stored-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** One record that is believed to be something else from now on. */
export interface ChangedRecord {
  readonly stored: StoredRecord;
  readonly correction: Correction;
  readonly recordRow: Row;
  readonly leaf: string;
  readonly becomes: "accepted" | "rejected";
}

/** What one chunk of a replay comes to: the rows it would write, in the order of positions, and their root. */
export interface PlannedChunk {
  readonly at: Partition;
  readonly first: StoredRecord;
  readonly last: StoredRecord;
  readonly looked: number;
  readonly changed: readonly ChangedRecord[];
  readonly eventRows: readonly PlainRow[];
  readonly root: string;
  readonly adapterVersions: Readonly<Record<string, number>>;
}

export interface PlanDeps extends ReadingDeps, RowContext {
  readonly clickhouse: Pick<ClickHouse, "query">;
}

/**
 * Reads a chunk again and finds what changed. It depends on the settings of one offset, on the adapters, and on what
 * stood before the replay's epoch; so the same chunk comes to the same rows after a crash, whatever was written of it.
 */
export async function planChunk(
  at: Partition,
  chunk: readonly StoredRecord[],
  range: RecordRange,
  deps: PlanDeps,
): Promise<PlannedChunk> {
  const [first, last] = [chunk[0], chunk.at(-1)];
  if (first === undefined || last === undefined) throw new Error("a chunk has at least one record");
  const read = chunk.flatMap((stored) => {
    const again = readAgain(at, stored, range.source, deps);
    return again === null ? [] : [{ stored, again }];
  });
  const unlike = read.filter(({ stored, again }) => !isAsBefore(stored, again, deps));
  const earlier = await readEventIds(
    deps.clickhouse,
    at,
    unlike.flatMap(({ stored }) => (stored.epoch > 0 ? [stored] : [])),
  );
  const differing = unlike.map(({ stored, again }) => {
    const then = [...stored.event_ids, ...(earlier.get(placeOf(stored)) ?? [])];
    return { stored, again, ids: [...new Set([...then, ...idsOf(again)])] };
  });
  const standing = await standingOf(differing, range.epoch, deps.clickhouse);
  const changed: ChangedRecord[] = [];
  const adapterVersions: Record<string, number> = {};
  for (const one of differing) {
    const change = changeOf(one, standing, range.epoch, deps.settingsOffset);
    if (change === null) continue;
    changed.push(change);
    const { source, adapterVersion } = one.again.element;
    if (source !== null) adapterVersions[source.gateway] = adapterVersion;
  }
  return {
    at,
    first,
    last,
    looked: read.length,
    changed,
    eventRows: changed.flatMap(({ correction }) => rowsToWrite(correction, range.epoch)),
    root: merkleRoot(changed.map(({ leaf }) => leaf)),
    adapterVersions,
  };
}

interface Differing {
  readonly stored: StoredRecord;
  readonly again: ReadAgain;
  /** Its events of then and now. */
  readonly ids: readonly string[];
}

/**
 * Whether a record gives what it gave when it was ingested, told from the hash that was stored then. A record that a
 * replay changed before has the hash of its correction instead, and is compared row by row.
 */
function isAsBefore(stored: StoredRecord, again: ReadAgain, context: RowContext): boolean {
  if (isRejectedAsBefore(stored, again)) return true;
  if (stored.outcome === "rejected" || again.element.outcome.kind === "rejected" || stored.epoch > 0)
    return false;
  const then = { ...again.element, adapterVersion: stored.adapter_version };
  const rows = rowsOf(then, { ...context, settingsOffset: stored.settings_offset });
  return rowsHash(rows) === stored.rows_sha256;
}

/** Reasons that say nothing of the record itself: it was not read for want of a source. */
const UNREAD: ReadonlySet<string> = new Set(["unknown_source", "principal_mismatch"]);

/**
 * A reject keeps its first reason, which was found in the bytes as they were received; only one that was not read then
 * gets the reason for which it cannot be read now, since that is what somebody has to mend.
 */
function isRejectedAsBefore(stored: StoredRecord, { element: { outcome } }: ReadAgain): boolean {
  if (stored.outcome === "accepted" || outcome.kind === "accepted") return false;
  return !UNREAD.has(stored.reject_reason) || outcome.reason === stored.reject_reason;
}

/** The rows that stand of the records' events of then and now, by event and by call. */
async function standingOf(
  differing: readonly Differing[],
  epoch: number,
  clickhouse: PlanDeps["clickhouse"],
): Promise<ReadonlyMap<string, readonly PlainRow[]>> {
  const window = windowOf(differing);
  const ids = new Set(differing.flatMap(({ ids }) => ids));
  const near = window === null ? [] : await readStanding(clickhouse, [...ids], epoch, window);
  // What is not found near, made of this very record, may stand at another time, or by another record there.
  const found = new Set(near.map((row) => `${row["event_id"]} ${row["offset"]} ${row["element"]}`));
  const missing = differing.flatMap(({ stored, ids: mine }) =>
    mine.filter((id) => !found.has(`${id} ${stored.offset} ${stored.element}`)),
  );
  const far = await readStanding(clickhouse, [...new Set(missing)], epoch, null);
  const byEvent = new Map<string, PlainRow[]>();
  for (const row of new Map([...near, ...far].map((one) => [keyOf(one), one])).values())
    for (const id of new Set([String(row["event_id"]), String(row["part_of"])])) {
      const list = byEvent.get(id);
      if (list === undefined) byEvent.set(id, [row]);
      else list.push(row);
    }
  return byEvent;
}

function idsOf({ rows }: ReadAgain): string[] {
  return rows.map((row) => String(row["event_id"]));
}

/** What a row replaces another by, but for epoch and sign. */
export function keyOf(row: PlainRow): string {
  return JSON.stringify(
    ["bucket", "gateway_team", "model", "session_id", "event_id"].map((name) => row[name]),
  );
}

/** The buckets of what the records give today; null when they give nothing. */
function windowOf(differing: readonly Differing[]): Window | null {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const { again } of differing)
    for (const row of again.rows) {
      const bucket = Date.parse(String(row["bucket"])) / 1000;
      from = Math.min(from, bucket);
      to = Math.max(to, bucket);
    }
  return from > to ? null : { fromBucketS: from, toBucketS: to };
}

function changeOf(
  { stored, again, ids }: Differing,
  standing: ReadonlyMap<string, readonly PlainRow[]>,
  epoch: number,
  settingsOffset: bigint,
): ChangedRecord | null {
  const { element } = again;
  const mine = new Set(ids.flatMap((id) => standing.get(id) ?? []));
  const today = again.rows.map((row) => plainRow({ ...row, epoch, sign: 1 }));
  const correction = correct(element.position, today, [...mine]);
  const becomes = element.outcome.kind;
  const moves = correction.withdrawn.length + correction.stated.length;
  if (moves === 0 && becomes === "accepted" && stored.outcome === "accepted") return null;
  const hashes = {
    receivedSha256: stored.received_sha256,
    storedSha256: sha256(element.stored),
    rowsSha256: rowsHash(rowsToWrite(correction, epoch)),
  };
  const leaf = leafHash(element.position, hashes);
  const row = { ...recordRow(element, hashes, leaf, settingsOffset), epoch };
  return { stored, correction, becomes, leaf, recordRow: row };
}

/** Withdrawn rows are copies under their own key with the sign turned; each is part of what the leaf covers. */
export function rowsToWrite({ withdrawn, stated }: Correction, epoch: number): PlainRow[] {
  const turned = withdrawn.map(({ ingested_at: _then, ...row }) => ({
    ...row,
    epoch: BigInt(epoch),
    sign: -1n,
  }));
  return [...turned, ...stated];
}
