import { isUtf8 } from "node:buffer";
import { scanJson } from "#core/json/scan.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

/** Kafka's own default limit is 1 MiB; gateways that log message content need more. */
export const RECORD_BYTES_MAX = 8 * 1024 * 1024;

export interface RecordLimits {
  readonly bytesMax?: number;
  readonly depthMax?: number;
}

/** What a record says, and its text: the received bytes without a leading byte order mark, otherwise untouched. */
export interface ReadRecord {
  readonly value: unknown;
  readonly text: string;
}

/**
 * The value of one JSON record: an object, or an array of them. Use `splitBytes` first and this on each part, so
 * that one bad element does not take the others with it.
 */
export function readRecord(
  bytes: Buffer | null,
  limits: RecordLimits = {},
): Result<ReadRecord, RejectReason> {
  const text = readText(bytes, limits);
  if (!text.ok) return text;
  const value = readJson(text.value, limits);
  if (!value.ok) return value;
  if (typeof value.value !== "object" || value.value === null) {
    return no("not_a_record", `is ${kindOf(value.value)} where a record was due`);
  }
  return ok({ value: value.value, text: text.value });
}

/** One element: as `readRecord`, and nothing but an object will do. */
export function readElement(
  bytes: Buffer | null,
  limits: RecordLimits = {},
): Result<{ readonly value: Readonly<Record<string, unknown>>; readonly text: string }, RejectReason> {
  const read = readRecord(bytes, limits);
  if (!read.ok) return read;
  if (Array.isArray(read.value.value)) return no("not_a_record", "is an array where a record was due");
  return ok({ value: read.value.value as Record<string, unknown>, text: read.value.text });
}

/**
 * Bytes to text: UTF-8 or nothing, since a replacement character would change a name or an id in silence. One
 * leading byte order mark is dropped, as RFC 8259 section 8.1 lets a reader do; any other is not JSON.
 */
export function readText(
  bytes: Buffer | null,
  { bytesMax = RECORD_BYTES_MAX }: RecordLimits = {},
): Result<string, RejectReason> {
  if (bytes === null) return no("empty_value", "has no value (a tombstone)");
  if (bytes.length === 0) return no("empty_value", "has a value of zero bytes");
  if (bytes.length > bytesMax) {
    return no("record_too_large", `has ${bytes.length} bytes, ${bytesMax} is the most`);
  }
  if (!isUtf8(bytes)) return no("not_utf8", "is not UTF-8");
  const text = bytes.toString("utf8");
  const bare = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  return /[^ \t\r\n]/.test(bare) ? ok(bare) : no("empty_value", "is nothing but white space");
}

function readJson(text: string, limits: RecordLimits): Result<unknown, RejectReason> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return no("not_json", `is not JSON${positionOf(error)}`);
  }
  const scan = scanJson(text, limits);
  return scan.ok ? ok(value) : scan;
}

const BYTE_ORDER_MARK = 0xfeff;

/** The engine's message quotes the text, which may hold a secret; only the position is passed on. */
function positionOf(error: unknown): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  return position === undefined ? "" : ` at character ${position}`;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : `a bare ${typeof value}`;
}
