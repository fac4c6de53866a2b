import { hash } from "node:crypto";
import { eventMark } from "#core/event-mark.ts";
import { leafHash } from "#core/leaf.ts";
import { merkleRoot } from "#core/merkle.ts";
import { rowsHash } from "#core/rows-hash.ts";
import type { Element } from "#ingest/element.ts";
import { eventRows, type RowContext } from "#ingest/event-row.ts";
import { type ReadingDeps, readElements } from "#ingest/read-elements.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";

/** Everything that a batch will write, before it has a time; made of the records and of one state of the settings. */
export interface BuiltBatch {
  readonly topic: string;
  readonly partition: number;
  readonly first: LogRecord;
  readonly last: LogRecord;
  readonly records: number;
  readonly elements: readonly Element[];
  readonly eventRows: readonly Row[];
  readonly recordRows: readonly Row[];
  readonly leaves: readonly string[];
  readonly root: string;
  readonly settingsOffset: bigint;
  readonly adapterVersions: Readonly<Record<string, number>>;
}

/** Pure but for `person`: the same records under the same settings give the same rows, hashes and root. */
export function buildBatch(records: readonly LogRecord[], deps: ReadingDeps & RowContext): BuiltBatch {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) throw new Error("a batch has at least one record");
  const elements = records.flatMap((record) => readElements(record, deps));
  const eventRows: Row[] = [];
  const recordRows: Row[] = [];
  const leaves: string[] = [];
  const adapterVersions: Record<string, number> = {};
  for (const element of elements) {
    const rows = eventRowsOf(element, deps);
    const hashes = {
      receivedSha256: sha256(element.received),
      storedSha256: sha256(element.stored),
      rowsSha256: rowsHash(rows),
    };
    const leaf = leafHash(element.position, hashes);
    leaves.push(leaf);
    eventRows.push(...rows);
    recordRows.push(recordRow(element, hashes, leaf, deps.settingsOffset));
    if (element.source !== null) adapterVersions[element.source.gateway] = element.adapterVersion;
  }
  return {
    topic: first.topic,
    partition: first.partition,
    first,
    last,
    records: records.length,
    elements,
    eventRows,
    recordRows,
    leaves,
    root: merkleRoot(leaves),
    settingsOffset: deps.settingsOffset,
    adapterVersions,
  };
}

function eventRowsOf(element: Element, context: RowContext): Row[] {
  const { outcome, source } = element;
  if (outcome.kind === "rejected" || source === null) return [];
  return outcome.events.flatMap((event) => eventRows(event, element, source, context));
}

/** The row of `records_v1` for one element. */
export function recordRow(
  element: Element,
  hashes: { receivedSha256: string; storedSha256: string; rowsSha256: string },
  leaf: string,
  settingsOffset: bigint,
): Row {
  const { position, outcome } = element;
  const events = outcome.kind === "accepted" ? outcome.events : [];
  const marks = events.map(eventMark);
  return {
    topic: position.topic,
    partition: position.partition,
    offset: position.offset,
    element: position.element,
    append_time: new Date(position.appendTimeMs).toISOString(),
    source: element.source?.name ?? "",
    gateway: element.source?.gateway ?? "",
    outcome: outcome.kind,
    reject_reason: outcome.kind === "rejected" ? outcome.reason : "",
    reject_detail: outcome.kind === "rejected" ? outcome.detail.slice(0, 2000) : "",
    event_ids: events.map((event) => event.eventId),
    event_buckets: marks.map(({ bucketS }) => new Date(bucketS * 1000).toISOString()),
    event_keys: marks.map(({ key }) => key),
    event_contents: marks.map(({ content }) => content),
    stored: element.stored,
    headers: element.headers,
    received_sha256: hashes.receivedSha256,
    stored_sha256: hashes.storedSha256,
    rows_sha256: hashes.rowsSha256,
    leaf,
    adapter_version: element.adapterVersion,
    settings_offset: settingsOffset,
    epoch: 0,
  };
}

export function sha256(bytes: Buffer | string): string {
  return hash("sha256", bytes, "hex");
}
