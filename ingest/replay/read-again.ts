import type { Element } from "#ingest/element.ts";
import { eventRows, type RowContext } from "#ingest/event-row.ts";
import { type ReadingDeps, readOne } from "#ingest/read-elements.ts";
import type { Partition, StoredRecord } from "#ingest/replay/stored-records.ts";
import { sourceOf } from "#ingest/source-of.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";

/** A stored record as it is read today. */
export interface ReadAgain {
  readonly element: Element;
  /** The rows of its events; none when it is rejected. */
  readonly rows: readonly Row[];
}

/** Rejected for what is not there any more: no adapter and no setting can change that. */
const FOR_GOOD: ReadonlySet<string> = new Set(["empty_value", "record_too_large"]);

/**
 * Reads one stored record with today's adapter and settings; null where the record is of a source that the replay is
 * not about, or can never be read. Pure but for `person`.
 */
export function readAgain(
  at: Partition,
  stored: StoredRecord,
  only: string | null,
  deps: ReadingDeps & RowContext,
): ReadAgain | null {
  if (FOR_GOOD.has(stored.reject_reason)) return null;
  const bytes = Buffer.from(stored.stored);
  const record: LogRecord = {
    topic: at.topic,
    partition: at.partition,
    offset: stored.offset,
    appendTimeMs: stored.append_ms,
    key: null,
    value: bytes,
    headers: new Map(Object.entries(stored.headers)),
  };
  const owner = sourceOf(record, deps.sources, deps.adapters);
  const isAsked = only === null || stored.source === only || owner.source?.name === only;
  if (!isAsked) return null;
  const element = readOne(record, stored.element, bytes, owner, deps);
  return { element, rows: rowsOf(element, deps) };
}

export function rowsOf({ outcome, source, ...rest }: Element, context: RowContext): readonly Row[] {
  if (outcome.kind === "rejected" || source === null) return [];
  const element = { ...rest, outcome, source };
  return outcome.events.flatMap((event) => eventRows(event, element, source, context));
}
