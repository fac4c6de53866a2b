import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MadeManifest } from "#jobs/exports/deps.ts";

const PREFIX = "spendtrail-export-";

/** Runs something with a folder of its own, which only this user can read and which is gone afterwards. */
export async function withDraftFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what programs left that were killed. */
export async function removeOldDrafts(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Writes an export to a new file, a piece at a time, and gives its manifest. */
export async function writeExport(
  pieces: AsyncGenerator<Buffer, MadeManifest, undefined>,
  path: string,
  signal: AbortSignal,
): Promise<MadeManifest> {
  const file = await open(path, "wx", 0o660);
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await pieces.next();
      if (step.done) return step.value;
      await file.writeFile(step.value);
    }
  } finally {
    await file.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user: it runs.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
