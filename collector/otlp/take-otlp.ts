import type { ByteLease } from "#collector/byte-budget.ts";
import { understand } from "#collector/judge.ts";
import type { Outcome } from "#collector/otlp/export-response.ts";
import type { CollectorParts } from "#collector/parts.ts";
import { confirm, type Sender } from "#collector/take.ts";
import { RECORD_BYTES_MAX, toRecords } from "#collector/to-records.ts";
import { failure } from "#core/failure.ts";
import { decodeOtlp, type OtlpEncoding, type OtlpSignal } from "#gateways/otlp/decode.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

export interface OtlpBody {
  readonly bytes: Buffer;
  readonly signal: OtlpSignal;
  readonly encoding: OtlpEncoding;
}

/**
 * Takes a request's log records or spans: one Kafka record each, durable before the answer. What the source's adapter
 * makes nothing of is taken too, kept as a reject, and told as `partial_success`, which OTLP's senders must not send again.
 * @throws failure BODY_UNREADABLE, BODY_ELEMENTS_TOO_MANY, COLLECTOR_BUSY, RECORDS_NOT_CONFIRMED
 */
export async function takeOtlp(
  body: OtlpBody,
  sender: Sender,
  parts: CollectorParts,
  lease: ByteLease,
): Promise<Outcome & { readonly taken: number }> {
  const { deps, config, measures } = parts;
  const elements = elementsOf(body);
  // A resource is written into each of its elements: what comes out may be larger than what came in.
  lease.take(elements.reduce((bytes, element) => bytes + element.length, 0));
  const records = await toRecords(elements, {
    ...sender,
    personSalt: deps.personSalt,
    randomUuid: deps.randomUuid,
    recordBytesMax: config.recordBytesMax ?? RECORD_BYTES_MAX,
    headers: { "content-type": "application/json" },
  });
  const outcome = outcomeOf(records, sender, deps.clock().getTime());
  await confirm(records, sender, parts); // durable first: nothing is claimed before
  measures.bytes.inc({ door: sender.source.gateway }, body.bytes.length);
  return { ...outcome, taken: records.length };
}

function elementsOf({ bytes, signal, encoding }: OtlpBody): readonly Buffer[] {
  const decoded = decodeOtlp(bytes, signal, encoding);
  if (decoded.ok) return decoded.value;
  if (decoded.reason === "record_too_large") {
    throw failure("BODY_ELEMENTS_TOO_MANY", { reason: decoded.detail });
  }
  throw failure("BODY_UNREADABLE", { reason: `it ${decoded.detail}` });
}

/** How many the ingester will reject, by reason, with the first one's detail. */
function outcomeOf(records: readonly OutgoingRecord[], { source, adapter }: Sender, nowMs: number): Outcome {
  const counts = new Map<string, number>();
  let first = "";
  for (const record of records) {
    const understood = understand(record, source, adapter, nowMs);
    if (understood.ok) continue;
    if (counts.size === 0) first = understood.detail;
    counts.set(understood.reason, (counts.get(understood.reason) ?? 0) + 1);
  }
  const rejected = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (rejected === 0) return { rejected, message: "" };
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).join(", ");
  return {
    rejected,
    message: `${rejected} of ${records.length} make no event of source ${source.name} (${reasons}; the first one ${first}). They are kept as rejects: do not send them again.`,
  };
}
