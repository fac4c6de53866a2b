import { createS3 } from "#cli/import/s3-client.ts";
import { type Destination, manifestName } from "#jobs/exports/destination.ts";
import type { DestinationOf } from "#runtime/config/export-destinations.ts";

/**
 * A prefix of a bucket, by the AWS_* variables as the back-up has them. The manifest is written last and only where none
 * stands, so of two that deliver at once one does.
 */
export function s3Destination(
  { bucket, prefix }: DestinationOf<"s3">,
  env: NodeJS.ProcessEnv,
  partBytes?: number,
): Destination {
  const s3 = createS3(env);
  const folder = prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;
  return {
    type: "s3",
    place: `s3://${bucket}/${folder}`,
    deliver: async ({ file, path, manifest }, signal) => {
      const beside = folder + manifestName(file);
      const isMine = async () => {
        const standing = await s3.read(bucket, beside);
        if (standing !== null && !standing.equals(manifest))
          throw new Error(`${beside} is of another file and is not replaced`);
        return standing !== null;
      };
      if (await isMine()) return;
      await s3.upload(bucket, folder + file, path, signal, partBytes);
      signal.throwIfAborted();
      if (!(await s3.put(bucket, beside, manifest, true))) await isMine();
    },
  };
}
