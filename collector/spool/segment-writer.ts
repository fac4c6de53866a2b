import { type FileHandle, open as openFile } from "node:fs/promises";
import { type Segment, segmentPath, syncFolder } from "#collector/spool/folder.ts";

interface Waiting {
  readonly frames: readonly Buffer[];
  readonly bytes: number;
  readonly done: PromiseWithResolvers<void>;
}

export interface SegmentWriter {
  /** Resolves when the frames are on the disk itself. Rejects when they are not; then none of them is in the spool. */
  append(frames: readonly Buffer[]): Promise<void>;
  /** Ends the segment that is written now, unless something is being written: the next frame begins another. */
  seal(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes frames to numbered files, one after the other. Calls that come while the disk works share the next fsync, so
 * that many small senders cost one. A file is never written to again by another process: what a killed one left half
 * written stays at a file's end.
 * @param onOpened gets each new segment; its `bytes` and `isOpen` are kept up to date
 */
export function createSegmentWriter(
  config: { readonly dir: string; readonly firstNumber: number; readonly segmentBytesMax: number },
  onOpened: (segment: Segment) => void,
): SegmentWriter {
  const { dir, segmentBytesMax } = config;
  let number = config.firstNumber;
  let open: { readonly file: FileHandle; readonly segment: Segment } | null = null;
  let waiting: Waiting[] = [];
  let working: Promise<void> | null = null;
  const seal = async () => {
    const old = open;
    open = null;
    if (old === null) return;
    old.segment.isOpen = false;
    await old.file.close();
  };
  const begin = async () => {
    await seal();
    const path = segmentPath(dir, number);
    const file = await openFile(path, "wx", 0o600);
    const segment: Segment = { number, path, bytes: 0, isOpen: true };
    number += 1;
    syncFolder(dir);
    onOpened(segment);
    open = { file, segment };
    return open;
  };
  const write = async (together: readonly Waiting[]) => {
    const bytes = together.reduce((sum, item) => sum + item.bytes, 0);
    const isFull = open !== null && open.segment.bytes > 0 && open.segment.bytes + bytes > segmentBytesMax;
    const { file, segment } = open === null || isFull ? await begin() : open;
    try {
      await writeAll(file, Buffer.concat(together.flatMap(({ frames }) => frames)), segment.bytes);
      await file.datasync();
      segment.bytes += bytes;
    } catch (error) {
      // Half a frame in the middle would cut off what comes after it.
      await file.truncate(segment.bytes).catch(() => {});
      throw error;
    }
  };
  const work = async () => {
    while (waiting.length > 0) {
      const together = waiting;
      waiting = [];
      try {
        await write(together);
        for (const { done } of together) done.resolve();
      } catch (error) {
        for (const { done } of together) done.reject(error);
      }
    }
    working = null;
  };
  return {
    append: (frames) => {
      const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
      const item: Waiting = { frames, bytes, done: Promise.withResolvers() };
      waiting.push(item);
      working ??= work();
      return item.done.promise;
    },
    seal: async () => {
      if (working === null) await seal();
    },
    close: async () => {
      while (working !== null) await working;
      await seal();
    },
  };
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, from, bytes.length - from, position + from);
    from += bytesWritten;
  }
}
