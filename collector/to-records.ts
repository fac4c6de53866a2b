import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { sessionKeyOf } from "#collector/session-key.ts";
import { type Adapter, type RedactionRules, redactionFor } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { userRef } from "#core/user-ref.ts";
import { RECORD_MESSAGE_BYTES_MAX } from "#runtime/kafka/topic-specs.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** What a record's key, headers and framing may take of the topic's message limit. */
const RECORD_MARGIN_BYTES = 64 * 1024;
export const RECORD_BYTES_MAX = RECORD_MESSAGE_BYTES_MAX - RECORD_MARGIN_BYTES;
/** Of an element that is too large for a record, this much shows what it was. */
const OVERSIZE_HEAD_BYTES = 64 * 1024;
/** After so many bytes other requests get their turn. */
const TURN_BYTES = 512 * 1024;

export interface RecordMaker {
  readonly source: SourceSetting;
  readonly adapter: Adapter;
  readonly personSalt: Buffer;
  readonly randomUuid: () => string;
  readonly recordBytesMax: number;
  /** Headers that every element of the request gets beside its own. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One Kafka record per element: redacted, labelled, keyed by its session; nothing is interpreted or left out. */
export async function toRecords(elements: readonly Buffer[], maker: RecordMaker): Promise<OutgoingRecord[]> {
  const records: OutgoingRecord[] = [];
  let bytes = 0;
  for (const element of elements) {
    records.push(toRecord(element, maker));
    bytes += element.length;
    if (bytes < TURN_BYTES) continue;
    bytes = 0;
    await turn();
  }
  return records;
}

function toRecord(element: Buffer, maker: RecordMaker): OutgoingRecord {
  const { source, adapter } = maker;
  const value = redactBytes(element, redactionFor(adapter, source), (name) =>
    userRef(maker.personSalt, name),
  );
  const headers = {
    ...maker.headers,
    "spendtrail-source": source.name,
    "spendtrail-gateway": source.gateway,
    "spendtrail-record-id": maker.randomUuid(),
  };
  if (value.length > maker.recordBytesMax) return oversize(element, value, headers);
  return { key: sessionKeyOf(source.gateway, parsed(value), source.session_header), value, headers };
}

/**
 * Bytes without credentials, content and names. What is not UTF-8 is redacted as Latin-1, one character a byte, and
 * stays not UTF-8: every byte that is not cut is the one that came, and the ingester rejects it for what it is.
 */
export function redactBytes(bytes: Buffer, rules: RedactionRules, person: (name: string) => string): Buffer {
  const encoding = isUtf8(bytes) ? "utf8" : "latin1";
  const text = bytes.toString(encoding);
  const redacted = redact(text, rules, person, text.length === bytes.length && encoding === "utf8");
  return redacted === text ? bytes : Buffer.from(redacted, encoding);
}

/** Stands for an element that no record can hold: its redacted beginning, its size and its hash as it came. */
function oversize(element: Buffer, value: Buffer, headers: Readonly<Record<string, string>>): OutgoingRecord {
  return {
    key: null,
    value: Buffer.from(value.subarray(0, OVERSIZE_HEAD_BYTES)),
    headers: {
      ...headers,
      "spendtrail-oversize": String(element.length),
      "spendtrail-oversize-sha256": createHash("sha256").update(element).digest("hex"),
    },
  };
}

/** The same for a record that turned out to be larger than the topic takes. */
export function cutToHead(record: OutgoingRecord): OutgoingRecord {
  const value = record.value ?? Buffer.alloc(0);
  return oversize(value, value, record.headers ?? {});
}

function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString("utf8"));
  } catch {
    return null;
  }
}
