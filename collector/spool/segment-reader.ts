import { type FileHandle, open } from "node:fs/promises";
import { decodeFrame } from "#collector/spool/frame.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

const READ_BYTES = 1024 * 1024;

/** Records from one place of a segment on. */
export interface SegmentPart {
  readonly records: readonly OutgoingRecord[];
  /** Where the next part begins. */
  readonly nextOffset: number;
  /** What is wrong with the bytes at `nextOffset`; null: nothing, or there are none. */
  readonly fault: "cut" | "damaged" | null;
}

/**
 * The records of a segment between two places, as many as fit into about one MiB, and always one if there is a whole
 * one. Only up to `endOffset`: beyond it nothing is known to be on the disk.
 */
export async function readSegment(path: string, offset: number, endOffset: number): Promise<SegmentPart> {
  const file = await open(path, "r");
  try {
    let buffer = await readAt(file, offset, Math.min(READ_BYTES, endOffset - offset));
    const first = decodeFrame(buffer, 0);
    if (!first.ok && first.bytesWanted > buffer.length)
      buffer = await readAt(file, offset, Math.min(first.bytesWanted, endOffset - offset));
    return partOf(buffer, offset, offset + buffer.length >= endOffset);
  } finally {
    await file.close();
  }
}

function partOf(buffer: Buffer, offset: number, isEnd: boolean): SegmentPart {
  const records: OutgoingRecord[] = [];
  let at = 0;
  while (at < buffer.length) {
    const frame = decodeFrame(buffer, at);
    if (!frame.ok) {
      const isFault = frame.reason === "damaged" || isEnd;
      return { records, nextOffset: offset + at, fault: isFault ? frame.reason : null };
    }
    records.push(frame.record);
    at += frame.bytes;
  }
  return { records, nextOffset: offset + at, fault: null };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.max(0, length));
  let read = 0;
  while (read < buffer.length) {
    const { bytesRead } = await file.read(buffer, read, buffer.length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}
