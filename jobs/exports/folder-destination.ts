import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Destination, manifestName } from "#jobs/exports/destination.ts";

/** As the umask allows: what is exported to a folder is meant for others than this user. */
const FILE_MODE = 0o660;

/**
 * A folder of the operator's, which must be there: one that is made by itself would hide a disk that is not mounted. A
 * file gets its name when all of it is on the disk, and is delivered when its manifest stands beside it; that never
 * replaces another.
 */
export function folderDestination(folder: string): Destination {
  return {
    type: "folder",
    place: folder,
    deliver: async ({ file, path, manifest }, signal) => {
      const [target, beside] = [join(folder, file), join(folder, manifestName(file))];
      const standing = await readFile(beside).catch(absent);
      if (standing?.equals(manifest)) return;
      if (standing !== null) throw new Error(`${beside} is of another file and is not replaced`);
      await removeDrafts(folder, file);
      const draft = draftOf(folder, file);
      await copyFile(path, draft, constants.COPYFILE_EXCL);
      await toDisk(draft);
      await rename(draft, target);
      await toDisk(folder);
      // Who lost its office meanwhile leaves the rest to its successor.
      signal.throwIfAborted();
      await createManifest(folder, file, manifest);
    },
  };
}

async function createManifest(folder: string, file: string, manifest: Buffer): Promise<void> {
  const beside = join(folder, manifestName(file));
  const draft = draftOf(folder, file);
  const handle = await open(draft, "wx", FILE_MODE);
  try {
    await handle.writeFile(manifest);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    // Unlike a rename, a link never replaces what stands there.
    await link(draft, beside);
  } catch (error) {
    const same =
      (error as NodeJS.ErrnoException).code === "EEXIST" && (await readFile(beside)).equals(manifest);
    if (!same) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await toDisk(folder);
}

const DRAFT = /^\.(.+)\.[0-9a-f]{8}\.part$/;

function draftOf(folder: string, file: string): string {
  return join(folder, `.${file}.${randomUUID().slice(0, 8)}.part`);
}

/** What a delivery of the same file left when it was killed. One that still goes on fails and is tried again. */
async function removeDrafts(folder: string, file: string): Promise<void> {
  for (const name of await readdir(folder))
    if (DRAFT.exec(name)?.[1] === file) await rm(join(folder, name), { force: true });
}

async function toDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
