import { mkdirSync } from "node:fs";
import { failure } from "#core/failure.ts";

/** Makes a folder with its parents. @throws failure DATA_DIR_UNWRITABLE */
export function makeFolder(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true });
    return dir;
  } catch (error) {
    throw failure("DATA_DIR_UNWRITABLE", { dir, reason: (error as Error).message }, error);
  }
}
