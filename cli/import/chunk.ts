import type { Examined } from "#cli/import/examine.ts";
import type { Mark } from "#cli/import/marks.ts";

const RECORDS_MAX = 5_000;
const BYTES_MAX = 4 * 1024 * 1024;

/** What is sent and confirmed together: the most that a run which was killed sends again. */
export interface Chunk {
  readonly records: Examined[];
  readonly marks: Map<string, Mark>;
  bytes: number;
  /** The input that its last record is from, for people. */
  input: string;
}

export function emptyChunk(): Chunk {
  return { records: [], marks: new Map(), bytes: 0, input: "" };
}

export function isFull(chunk: Chunk, recordsMax: number = RECORDS_MAX): boolean {
  return chunk.records.length >= Math.min(recordsMax, RECORDS_MAX) || chunk.bytes >= BYTES_MAX;
}
