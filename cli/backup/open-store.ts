import { s3Store } from "#cli/backup/s3-store.ts";
import { failure } from "#core/failure.ts";
import { folderStore } from "#jobs/backup/folder-store.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/**
 * The place of a back-up, by its name: a folder, or `s3://bucket/prefix` with credentials in the environment.
 * @throws failure OPTION_INVALID, IMPORT_S3_REFUSED
 */
export function openStore(place: string, option: string, env: NodeJS.ProcessEnv): BackupStore {
  const [, bucket, prefix = ""] = /^s3:\/\/([A-Za-z0-9._-]{3,63})(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket !== undefined) return s3Store(bucket, prefix, env);
  if (/^[a-z0-9]+:\/\//i.test(place))
    throw failure("OPTION_INVALID", { option, value: place, accepts: "a folder or s3://bucket/prefix" });
  return folderStore(place);
}
