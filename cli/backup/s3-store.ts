import { createS3 } from "#cli/import/s3-client.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/** A back-up below a prefix of a bucket. S3 shows an object only when all of it is there. */
export function s3Store(bucket: string, prefix: string, env: NodeJS.ProcessEnv): BackupStore {
  const s3 = createS3(env);
  const folder = prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;
  return {
    place: `s3://${bucket}/${folder}`,
    read: (name) => s3.read(bucket, folder + name),
    write: async (name, content) => {
      await s3.put(bucket, folder + name, content);
    },
    create: async (name, content) => {
      if (await s3.put(bucket, folder + name, content, true)) return true;
      // The answer to a first try may have been lost: then what stands there is ours.
      return (await s3.read(bucket, folder + name))?.equals(content) ?? false;
    },
  };
}
