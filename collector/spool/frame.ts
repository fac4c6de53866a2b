import { crc32 } from "node:zlib";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/**
 * One record on disk: the length of what follows (4 bytes, big-endian), its CRC-32, the length of a head, the head
 * (JSON with key and headers) and the value as it goes to Kafka.
 */
const PREFIX_BYTES = 8;
const HEAD_LENGTH_BYTES = 4;
/** Above any record that a door makes; a longer length is damage and not a record. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

interface Head {
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws TypeError for a key of bytes or a record without a value: no door makes such */
export function encodeFrame(record: OutgoingRecord): Buffer {
  if (Buffer.isBuffer(record.key) || record.value === null)
    throw new TypeError("a spooled record has a text for its key, and a value");
  const head = Buffer.from(JSON.stringify({ key: record.key, headers: record.headers ?? {} } satisfies Head));
  const size = HEAD_LENGTH_BYTES + head.length + record.value.length;
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + size);
  frame.writeUInt32BE(size, 0);
  frame.writeUInt32BE(head.length, PREFIX_BYTES);
  head.copy(frame, PREFIX_BYTES + HEAD_LENGTH_BYTES);
  record.value.copy(frame, PREFIX_BYTES + HEAD_LENGTH_BYTES + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(PREFIX_BYTES)), 4);
  return frame;
}

/** `cut`: the bytes end within it. `damaged`: what is there is no frame. */
export type ReadFrame =
  | { readonly ok: true; readonly record: OutgoingRecord; readonly bytes: number }
  | { readonly ok: false; readonly reason: "cut" | "damaged"; readonly bytesWanted: number };

/** The record that begins at `from`. Its value is a copy, so that the buffer can be used again. */
export function decodeFrame(buffer: Buffer, from: number): ReadFrame {
  const left = buffer.length - from;
  if (left < PREFIX_BYTES) return { ok: false, reason: "cut", bytesWanted: PREFIX_BYTES };
  const size = buffer.readUInt32BE(from);
  if (size < HEAD_LENGTH_BYTES || size > FRAME_BYTES_MAX)
    return { ok: false, reason: "damaged", bytesWanted: 0 };
  const bytes = PREFIX_BYTES + size;
  if (left < bytes) return { ok: false, reason: "cut", bytesWanted: bytes };
  const body = buffer.subarray(from + PREFIX_BYTES, from + bytes);
  if (crc32(body) !== buffer.readUInt32BE(from + 4)) return { ok: false, reason: "damaged", bytesWanted: 0 };
  const headEnd = HEAD_LENGTH_BYTES + body.readUInt32BE(0);
  const { key, headers } = JSON.parse(body.toString("utf8", HEAD_LENGTH_BYTES, headEnd)) as Head;
  return { ok: true, bytes, record: { key, headers, value: Buffer.from(body.subarray(headEnd)) } };
}
