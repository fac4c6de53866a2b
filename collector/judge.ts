import type { AdaptContext, Adapted, Adapter } from "#core/adapter.ts";
import { readElement } from "#core/json/read-record.ts";
import { no } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** What will become of one element: told to those who can read it, and decided by the ingester alone. */
export type Judgement =
  | { readonly index: number; readonly status: "accepted"; readonly event_id: string }
  | { readonly index: number; readonly status: "rejected"; readonly reason: string; readonly detail: string };

/**
 * Runs the ingester's own adapter over the bytes as they went to Kafka. A record that is judged `rejected` is taken
 * nonetheless: it is kept as a reject with its bytes, and a later version may understand it.
 */
export function judge(
  record: OutgoingRecord,
  index: number,
  source: SourceSetting,
  adapter: Adapter,
  nowMs: number,
): Judgement {
  const adapted = understand(record, source, adapter, nowMs);
  if (!adapted.ok) return { index, status: "rejected", reason: adapted.reason, detail: adapted.detail };
  const [event] = adapted.value;
  if (event !== undefined) return { index, status: "accepted", event_id: event.eventId };
  return { index, status: "rejected", reason: "bad_shape", detail: "holds no event" };
}

/** The events that the ingester will make of a record, or why it will make none. */
export function understand(
  record: OutgoingRecord,
  source: SourceSetting,
  adapter: Adapter,
  nowMs: number,
): Adapted {
  const headers = new Map(Object.entries(record.headers ?? {}));
  const oversize = headers.get("spendtrail-oversize");
  if (oversize !== undefined)
    return no("record_too_large", `has ${oversize} bytes, more than a record may have`);
  const read = readElement(record.value);
  return read.ok ? adapter.adapt(read.value.value, contextOf(source, headers, nowMs)) : read;
}

/** Where the record lies is not known yet, and an identity never hangs on it where the record has one of its own. */
function contextOf(source: SourceSetting, headers: ReadonlyMap<string, string>, nowMs: number): AdaptContext {
  const position = { topic: "", partition: 0, offset: 0n, appendTimeMs: nowMs, element: 0 };
  return { source, position, headers };
}
