import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { failure } from "#core/failure.ts";
import { makeMissing } from "#runtime/make-missing.ts";

const SEGMENT = /^(\d{12})\.segment$/;
const LOCK = "lock";

/** A file of the spool; the numbers give the order in which they are replayed. Its writer keeps it up to date. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  /** What is safely on the disk. */
  bytes: number;
  /** Still written to. */
  isOpen: boolean;
}

export function segmentPath(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(12, "0")}.segment`);
}

/** What earlier processes left in a spool's folder, oldest first. */
export function segmentsOf(dir: string): Segment[] {
  return readdirSync(dir)
    .flatMap((name) => {
      const number = SEGMENT.exec(name)?.[1];
      if (number === undefined) return [];
      const path = join(dir, name);
      return [{ number: Number(number), path, bytes: statSync(path).size, isOpen: false }];
    })
    .sort((a, b) => a.number - b.number);
}

/**
 * Makes the folder, readable by this user alone, and takes it for this process.
 * @throws failure SPOOL_FOLDER_TAKEN, SPOOL_FOLDER_UNUSABLE
 */
export function takeFolder(dir: string): void {
  try {
    makeMissing(resolve(dir), 0o700);
    const holder = holderOf(dir);
    if (holder !== null) throw failure("SPOOL_FOLDER_TAKEN", { dir, pid: holder });
    writeFileSync(join(dir, LOCK), String(process.pid), { mode: 0o600 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "SPOOL_FOLDER_TAKEN") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("SPOOL_FOLDER_UNUSABLE", { dir, reason }, error);
  }
}

export function leaveFolder(dir: string): void {
  rmSync(join(dir, LOCK), { force: true });
}

/** A file's name is on disk only once its folder is. */
export function syncFolder(dir: string): void {
  const folder = openSync(dir, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The other process that works in the folder; one that was killed left its number behind, and so may we have. */
function holderOf(dir: string): number | null {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dir, LOCK), "utf8"));
  } catch {
    return null;
  }
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM" ? pid : null;
  }
}
