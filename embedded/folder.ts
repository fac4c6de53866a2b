import { accessSync, constants } from "node:fs";
import { failure } from "#core/failure.ts";
import { makeMissing } from "#runtime/make-missing.ts";

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
