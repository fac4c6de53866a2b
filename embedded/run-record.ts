import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { failure } from "#core/failure.ts";
import { processStart } from "#embedded/process-start.ts";
import { waitUntil } from "#embedded/wait-until.ts";

/** Who runs a server on a folder: the server's process and the one that it stops with. */
const RunRecord = z.object({
  pid: z.int().positive(),
  parentPid: z.int().positive(),
  /** `processStart` of each: the same number may be another process by now. */
  start: z.string().default(""),
  parentStart: z.string().default(""),
});

/** A server that lost its parent ends by itself; this long it may take to write its data out. */
const ORPHAN_BOUND_MS = 20_000;

/**
 * Claims a server's folder for this process, before anything in it is touched. A record of dead processes is stale
 * and ignored; an orphan of a killed parent is waited for; a live server of a live parent is refused.
 * @throws failure DATA_DIR_IN_USE
 */
export async function claimFolder(dir: string, what: string): Promise<void> {
  const record = readRecord(dir);
  const lives = (pid: number, start: string) => isAlive(pid) && (start === "" || start === processStart(pid));
  if (record !== null && lives(record.pid, record.start)) {
    const parentLives = lives(record.parentPid, record.parentStart);
    if (parentLives || !(await waitUntil(() => !lives(record.pid, record.start), ORPHAN_BOUND_MS)))
      throw failure("DATA_DIR_IN_USE", { dir, what, pid: parentLives ? record.parentPid : record.pid });
  }
  writeRunRecord(dir, process.pid);
}

export function writeRunRecord(dir: string, pid: number): void {
  const record: z.infer<typeof RunRecord> = {
    pid,
    parentPid: process.pid,
    start: processStart(pid),
    parentStart: processStart(process.pid),
  };
  writeFileSync(join(dir, "run.json"), JSON.stringify(record));
}

export function removeRunRecord(dir: string): void {
  rmSync(join(dir, "run.json"), { force: true });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readRecord(dir: string): z.infer<typeof RunRecord> | null {
  try {
    return RunRecord.parse(JSON.parse(readFileSync(join(dir, "run.json"), "utf8")));
  } catch {
    // None, or cut short by a crash while it was written: then its server never started.
    return null;
  }
}
