import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How far the spool was replayed. */
export interface Cursor {
  readonly segment: number;
  readonly offset: number;
}

const START: Cursor = { segment: 0, offset: 0 };

/** The beginning where none is stored or it cannot be read: then records go to Kafka again, and count once there. */
export function readCursor(dir: string): Cursor {
  try {
    const [segment, offset] = readFileSync(join(dir, "cursor"), "utf8").split(" ").map(Number);
    const isWhole = Number.isSafeInteger(segment) && Number.isSafeInteger(offset);
    return isWhole ? { segment: segment ?? 0, offset: offset ?? 0 } : START;
  } catch {
    return START;
  }
}

/** Not forced to the disk: a cursor that a power failure takes back only means a second delivery. */
export function writeCursor(dir: string, { segment, offset }: Cursor): void {
  const draft = join(dir, "cursor.draft");
  writeFileSync(draft, `${segment} ${offset}`, { mode: 0o600 });
  renameSync(draft, join(dir, "cursor"));
}
