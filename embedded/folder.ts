import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { failure } from "#core/failure.ts";

/** Makes a folder with its parents, and says at once where one that is there cannot be written to. @throws failure DATA_DIR_UNWRITABLE */
export function makeFolder(dir: string): string {
  try {
    makeMissing(dir);
    accessSync(dir, constants.W_OK | constants.X_OK);
    return dir;
  } catch (error) {
    throw failure("DATA_DIR_UNWRITABLE", { dir, reason: (error as Error).message }, error);
  }
}

/** One level after the other: `recursive` of Node 24 never comes back from a place like /proc, which takes no folders. */
function makeMissing(dir: string): void {
  if (existsSync(dir)) return;
  makeMissing(dirname(dir));
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another program that starts at the same time made it.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
