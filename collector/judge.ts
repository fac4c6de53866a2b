import type { AdaptContext, Adapter } from "#core/adapter.ts";
import { readElement } from "#core/json/read-record.ts";
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
  const headers = new Map(Object.entries(record.headers ?? {}));
  if (headers.has("spendtrail-oversize")) {
    const detail = `has ${headers.get("spendtrail-oversize")} bytes, more than a record may have`;
    return { index, status: "rejected", reason: "record_too_large", detail };
  }
  const read = readElement(record.value);
  if (!read.ok) return { index, status: "rejected", reason: read.reason, detail: read.detail };
  const adapted = adapter.adapt(read.value.value, contextOf(source, headers, nowMs));
  if (!adapted.ok) return { index, status: "rejected", reason: adapted.reason, detail: adapted.detail };
  const [event] = adapted.value;
  if (event !== undefined) return { index, status: "accepted", event_id: event.eventId };
  return { index, status: "rejected", reason: "bad_shape", detail: "holds no event" };
}

/** Where the record lies is not known yet, and an identity never hangs on it where the record has one of its own. */
function contextOf(source: SourceSetting, headers: ReadonlyMap<string, string>, nowMs: number): AdaptContext {
  const position = { topic: "", partition: 0, offset: 0n, appendTimeMs: nowMs, element: 0 };
  return { source, position, headers };
}
