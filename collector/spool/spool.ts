import { renameSync, rmSync } from "node:fs";
import { type Cursor, readCursor, writeCursor } from "#collector/spool/cursor.ts";
import { leaveFolder, type Segment, segmentsOf, takeFolder } from "#collector/spool/folder.ts";
import { encodeFrame } from "#collector/spool/frame.ts";
import { readSegment, type SegmentPart } from "#collector/spool/segment-reader.ts";
import { createSegmentWriter } from "#collector/spool/segment-writer.ts";
import { RECORD_BYTES_MAX } from "#collector/to-records.ts";
import { failure } from "#core/failure.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export interface SpoolConfig {
  readonly dir: string;
  /** What may lie in it, waiting for Kafka. */
  readonly bytesMax: number;
  readonly segmentBytesMax?: number;
}

/** The next records to replay; `done` is called once Kafka has them all. */
export interface SpoolPart {
  readonly records: readonly OutgoingRecord[];
  done(): void;
}

export interface Spool {
  /**
   * Resolves when the records are on the disk, after any that came before.
   * @throws failure SPOOL_FULL: none of them is
   */
  append(records: readonly OutgoingRecord[]): Promise<void>;
  /** The oldest records that were not replayed; null when there are none. */
  next(): Promise<SpoolPart | null>;
  /** Nothing lies in it and nothing is being written. */
  isEmpty(): boolean;
  bytes(): number;
  /** Room for one more of the largest records. */
  hasRoom(): boolean;
  close(): Promise<void>;
}

/**
 * Records on disk while Kafka is away: the one place beside Kafka and ClickHouse where anything lies, and it empties
 * itself. Survives kill -9: what `append` confirmed is replayed by whoever opens the folder next, in order.
 * @throws failure SPOOL_FOLDER_TAKEN, SPOOL_FOLDER_UNUSABLE
 */
export function openSpool(config: SpoolConfig, log: Log): Spool {
  const { dir, bytesMax, segmentBytesMax = SEGMENT_BYTES_MAX } = config;
  takeFolder(dir);
  let cursor = readCursor(dir);
  const queue: Segment[] = [];
  for (const segment of segmentsOf(dir))
    if (segment.number < cursor.segment) rmSync(segment.path);
    else queue.push(segment);
  const firstNumber = Math.max(cursor.segment, (queue.at(-1)?.number ?? 0) + 1);
  const writer = createSegmentWriter({ dir, firstNumber, segmentBytesMax }, (segment) => queue.push(segment));
  let held = queue.reduce((sum, { bytes }) => sum + bytes, 0);
  let unwritten = 0;
  const advance = (to: Cursor) => {
    cursor = to;
    writeCursor(dir, to);
  };
  const offsetIn = ({ number }: Segment) => (cursor.segment === number ? cursor.offset : 0);
  /** The oldest segment is done with: nothing more will be written to it. */
  const finish = (segment: Segment, isDamaged: boolean) => {
    queue.shift();
    held -= segment.bytes;
    advance({ segment: segment.number + 1, offset: 0 });
    if (isDamaged) renameSync(segment.path, `${segment.path}.damaged`);
    else rmSync(segment.path);
  };
  return {
    append: async (records) => {
      const frames = records.map(encodeFrame);
      const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
      if (held + bytes > bytesMax) throw failure("SPOOL_FULL", { bytesMax });
      held += bytes;
      unwritten += 1;
      try {
        await writer.append(frames);
      } catch (error) {
        held -= bytes;
        log.error({ dir, err: error }, "the spool's disk refused");
        throw failure("SPOOL_FULL", { bytesMax }, error);
      } finally {
        unwritten -= 1;
      }
    },
    next: async () => {
      for (;;) {
        const [segment] = queue;
        if (segment === undefined) return null;
        const offset = offsetIn(segment);
        if (offset >= segment.bytes) {
          if (segment.isOpen) await writer.seal();
          if (segment.isOpen || offset < segment.bytes) return null;
          finish(segment, false);
          continue;
        }
        const part = await readSegment(segment.path, offset, segment.bytes);
        if (part.records.length > 0)
          return {
            records: part.records,
            done: () => advance({ segment: segment.number, offset: part.nextOffset }),
          };
        if (segment.isOpen) throw new Error(`the spool cannot read what it wrote to ${segment.path}`);
        tell(segment, part, log);
        finish(segment, part.fault === "damaged");
      }
    },
    isEmpty: () => unwritten === 0 && queue.every((segment) => offsetIn(segment) >= segment.bytes),
    bytes: () => held,
    hasRoom: () => held + RECORD_BYTES_MAX <= bytesMax,
    close: async () => {
      await writer.close();
      leaveFolder(dir);
    },
  };
}

/** Half a record at a file's end is what a killed process had not confirmed; anything else is the disk's fault. */
function tell({ path, bytes }: Segment, { nextOffset, fault }: SegmentPart, log: Log): void {
  const where = { path, offset: nextOffset, bytes: bytes - nextOffset };
  if (fault === "damaged")
    log.error(
      where,
      "a spooled file is damaged; it is kept beside as .damaged, and its rest is not replayed",
    );
  else log.warn(where, "a spooled file ends within a record that was never confirmed");
}
