import { splitBytes } from "#core/json/split-elements.ts";
import { contentMarker } from "#core/redaction-markers.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, type Result } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { decodeOtlp } from "#gateways/otlp/decode.ts";
import type { Element } from "#ingest/element.ts";

/**
 * The elements in a message's value, by how its topic is written: JSON's as exact substrings, OTLP's each rendered as
 * the JSON of one log record or span. Pure: a batch that is built again after a crash has the same elements.
 */
export function splitRecord(
  topic: string,
  value: Buffer,
  source: SourceSetting | null,
): Result<readonly Buffer[], RejectReason> {
  const encoding = otlpOf(topic, source);
  if (encoding === null) return splitBytes(value);
  const decoded = decodeOtlp(value, "either", encoding);
  // Something arrived, so it has an outcome.
  if (decoded.ok && decoded.value.length === 0)
    return no("not_a_record", "is an OTLP message without records");
  return decoded;
}

/**
 * What is stored of a message that could not be taken apart. In OTLP content stands beside its name and not under it,
 * and in protobuf it has no quotes either, so that no rule would find it: unless the source keeps content, the length
 * stands for the bytes (their hash is kept with every record).
 */
export function storedWhole(
  topic: string,
  element: Pick<Element, "received" | "stored">,
  source: SourceSetting | null,
): string {
  const isHidden = otlpOf(topic, source) !== null && source?.content !== "keep";
  return isHidden ? contentMarker(element.received.length) : element.stored;
}

/** Our own topic has JSON elements whatever the source says: the collector has taken the messages apart. */
function otlpOf(topic: string, source: SourceSetting | null): "json" | "proto" | null {
  if (source === null || source.topic !== topic || source.encoding === "json") return null;
  return source.encoding === "otlp_json" ? "json" : "proto";
}
