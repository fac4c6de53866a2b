import { createHash } from "node:crypto";
import { readElements } from "#cli/import/file-inputs.ts";
import type { Input } from "#cli/import/input.ts";
import type { Format } from "#cli/import/options.ts";
import { createS3, type S3, type S3Object } from "#cli/import/s3-client.ts";
import { failure } from "#core/failure.ts";

/**
 * The objects below `s3://bucket/prefix`, in the order of their keys. Each is known by key and ETag, so that one that
 * was read to its end is not fetched again.
 * @throws failure IMPORT_S3_REFUSED, OPTION_INVALID, IMPORT_NOTHING_FOUND
 */
export async function* s3Inputs(url: string, format: Format, env: NodeJS.ProcessEnv): AsyncGenerator<Input> {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([A-Za-z0-9._-]{3,63})(?:\/(.*))?$/.exec(url) ?? [];
  if (bucket === "")
    throw failure("OPTION_INVALID", {
      option: "the input",
      value: url,
      accepts: "s3://bucket or s3://bucket/prefix",
    });
  const s3 = createS3(env);
  let found = 0;
  for await (const object of s3.list(bucket, prefix)) {
    if (isNoLog(object)) continue;
    found += 1;
    yield objectInput(s3, bucket, object, format);
  }
  if (found === 0) throw failure("IMPORT_NOTHING_FOUND", { what: url });
}

/**
 * Folders' placeholders, and what Amazon Bedrock puts beside its log: the file with which it tries its rights, and
 * under `data/` the bodies that were too large for a record.
 */
function isNoLog({ key, bytes }: S3Object): boolean {
  const isBedrock = /(?:^|\/)BedrockModelInvocationLogs\//.test(key);
  return (
    bytes === 0 ||
    key.endsWith("/") ||
    /(?:^|\/)amazon-bedrock-logs-permission-check$/.test(key) ||
    (isBedrock && key.includes("/data/"))
  );
}

function objectInput(s3: S3, bucket: string, { key, etag, bytes }: S3Object, format: Format): Input {
  const name = `s3://${bucket}/${key}`;
  return {
    name,
    id: createHash("sha256")
      .update(JSON.stringify([name, etag, bytes]))
      .digest("hex")
      .slice(0, 32),
    isFinal: true,
    isOrdered: true,
    read: () => readElements(name, () => s3.get(bucket, key), format),
  };
}
