import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder with its parents, one level after the other: `recursive` of Node 24 never comes back from a place like
 * /proc, which takes no folders. Throws what the system says.
 */
export function makeMissing(dir: string, mode?: number): void {
  if (existsSync(dir)) return;
  makeMissing(dirname(dir), mode);
  try {
    mkdirSync(dir, { mode });
  } catch (error) {
    // Another program that starts at the same time made it.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
