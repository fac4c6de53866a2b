import { type Adapter, type Position, type RedactionRules, redactionFor } from "#core/adapter.ts";
import { readRedacted } from "#core/read-redacted.ts";
import { scrubBytes } from "#core/redaction-bytes.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { Element } from "#ingest/element.ts";
import type { Sources } from "#ingest/source-of.ts";
import { sourceOf } from "#ingest/source-of.ts";
import { splitRecord, storedWhole } from "#ingest/split-record.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";

export interface ReadingDeps {
  readonly sources: Sources;
  readonly adapters: ReadonlyMap<string, Adapter>;
  /** Gives a person's pseudonym and keeps the pair for `people_v1`. */
  readonly person: (name: string, source: string) => string;
}

/** Headers that an adapter may need when the stored bytes are read again; anything else is the sender's own business. */
const KEPT_HEADERS = /^(ce_[a-z0-9]{1,40}|content-type|spendtrail-[a-z-]{1,40})$/;
/** What the collector could not put into one record: its head is here, its size in the header. */
const OVERSIZE_HEADER = "spendtrail-oversize";

/**
 * The elements of one Kafka record, each with its own outcome: one that cannot be understood becomes a reject with
 * its reason and never takes the others with it. A record always gives at least one element. Pure but for `person`.
 */
export function readElements(record: LogRecord, deps: ReadingDeps): readonly Element[] {
  const owner = sourceOf(record, deps.sources, deps.adapters);
  const headers = keptHeaders(record);
  const base = { headers, source: owner.source };
  if (record.value === null || record.value.length === 0) {
    const what = record.value === null ? "has no value (a tombstone)" : "has a value of zero bytes";
    return [rejected(record, 0, Buffer.alloc(0), base, owner.adapter, "empty_value", what, deps)];
  }
  const oversize = record.headers.get(OVERSIZE_HEADER);
  if (oversize !== undefined) {
    const detail = `was ${oversize} bytes at the collector; only its head is kept`;
    return [rejected(record, 0, record.value, base, owner.adapter, "record_too_large", detail, deps)];
  }
  const split = splitRecord(record.topic, record.value, owner.source);
  if (!split.ok) {
    const reject = rejected(record, 0, record.value, base, owner.adapter, split.reason, split.detail, deps);
    return [{ ...reject, stored: storedWhole(record.topic, reject, owner.source) }];
  }
  return split.value.map((bytes, at) => readOne(record, at, bytes, owner, deps));
}

/** One element that was taken out of its record already; also by a replay, which has each on its own. */
export function readOne(
  record: LogRecord,
  at: number,
  bytes: Buffer,
  owner: ReturnType<typeof sourceOf>,
  deps: ReadingDeps,
): Element {
  const { source, adapter } = owner;
  const headers = keptHeaders(record);
  if (adapter === null || source === null)
    return rejected(record, at, bytes, { headers, source }, null, owner.reason, owner.detail, deps);
  return adapted(record, at, bytes, { headers, source, adapter }, deps);
}

function adapted(
  record: LogRecord,
  at: number,
  bytes: Buffer,
  owner: { headers: Element["headers"]; source: SourceSetting; adapter: Adapter },
  deps: ReadingDeps,
): Element {
  const { source, adapter, headers } = owner;
  const read = readRedacted(bytes, redactionFor(adapter, source), (name) => deps.person(name, source.name));
  if (!read.ok) return rejected(record, at, bytes, owner, adapter, read.reason, read.detail, deps);
  // The adapter reads what is stored and not what was received: a secret in a field that it maps never reaches a row,
  // and a replay, which has only the stored bytes, gives the same rows.
  const { stored, value } = read.value;
  const position = positionOf(record, at);
  const outcome = adapter.adapt(value, { source, position, headers: record.headers });
  return {
    position,
    received: bytes,
    stored,
    headers,
    source,
    adapterVersion: adapter.version,
    outcome: outcome.ok
      ? { kind: "accepted", events: outcome.value }
      : { kind: "rejected", reason: outcome.reason, detail: outcome.detail },
  };
}

function rejected(
  record: LogRecord,
  at: number,
  bytes: Buffer,
  base: Pick<Element, "headers" | "source">,
  adapter: Adapter | null,
  reason: RejectReason,
  detail: string,
  deps: ReadingDeps,
): Element {
  const person = (name: string) => deps.person(name, base.source?.name ?? "");
  return {
    position: positionOf(record, at),
    received: bytes,
    stored: scrubBytes(bytes, rulesOf(adapter, base.source), person),
    headers: base.headers,
    source: base.source,
    adapterVersion: adapter?.version ?? 0,
    outcome: { kind: "rejected", reason, detail },
  };
}

function rulesOf(adapter: Adapter | null, source: SourceSetting | null): RedactionRules | undefined {
  return adapter === null || source === null ? adapter?.redaction : redactionFor(adapter, source);
}

function positionOf(record: LogRecord, element: number): Position {
  const { topic, partition, offset, appendTimeMs } = record;
  return { topic, partition, offset, appendTimeMs, element };
}

function keptHeaders(record: LogRecord): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of record.headers) if (KEPT_HEADERS.test(name)) kept[name] = value.slice(0, 512);
  return kept;
}
