import { failure } from "#core/failure.ts";
import { folderStore } from "#jobs/backup/folder-store.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/** The place of a back-up, by its name on the command line. @throws failure OPTION_INVALID */
export function openStore(place: string, option: string): BackupStore {
  if (/^[a-z0-9]+:\/\//i.test(place))
    throw failure("OPTION_INVALID", { option, value: place, accepts: "a folder" });
  return folderStore(place);
}
