import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { failure } from "#core/failure.ts";
import type { BackupStore } from "#jobs/backup/store.ts";
import { makeMissing } from "#runtime/make-missing.ts";

/** A back-up in a folder, readable by this user alone. A file gets its name only when all of it is on the disk. */
export function folderStore(dir: string): BackupStore {
  const place = resolve(dir);
  const inOrder = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    try {
      return await act();
    } catch (error) {
      throw failure("BACKUP_PLACE_REFUSED", { place, reason: (error as Error).message }, error);
    }
  };
  return {
    place,
    read: (name) =>
      inOrder(async () => {
        try {
          return await readFile(join(place, name));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
          throw error;
        }
      }),
    write: (name, content) =>
      inOrder(async () => {
        const draft = await writeDraft(join(place, name), content);
        await rename(draft, join(place, name));
        await syncFolder(dirname(join(place, name)));
      }),
    create: (name, content) =>
      inOrder(async () => {
        const draft = await writeDraft(join(place, name), content);
        try {
          // Unlike a rename, a link never replaces what stands there.
          await link(draft, join(place, name));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
          throw error;
        } finally {
          await rm(draft);
        }
        await syncFolder(dirname(join(place, name)));
        return true;
      }),
  };
}

async function writeDraft(path: string, content: Buffer): Promise<string> {
  makeMissing(dirname(path), 0o700);
  const draft = `${path}.${randomUUID().slice(0, 8)}.draft`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

/** So that the name outlives a loss of power, as the content does. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
