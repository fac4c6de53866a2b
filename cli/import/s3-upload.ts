import { createHash, hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Ask } from "#cli/import/s3-client.ts";

/** S3 takes up to 10,000 parts of at least 5 MiB: files of up to 156 GiB, and this much of one in memory. */
const PART_BYTES = 16 * 1024 * 1024;
const PART_MS_MAX = 120_000;

/**
 * Sends a file part by part. The object is there when all of it is, under its name at once; what breaks off is taken
 * back. Parts of a program that was killed stay until a lifecycle rule of the bucket (AbortIncompleteMultipartUpload)
 * removes them.
 *
 * @param address bucket and encoded key
 * @throws failure IMPORT_S3_REFUSED
 */
export async function uploadFile(
  ask: Ask,
  { address, what, path, partBytes = PART_BYTES }: UploadedFile,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size <= partBytes) {
      const { body, sha256 } = await readPart(file, 0, size);
      await ask(address, what, bound(signal), { method: "PUT", headers: sha256, body });
      return;
    }
    const begun = await ask(`${address}?uploads=`, what, bound(signal), { method: "POST" });
    const id = encodeURIComponent(/<UploadId>([^<]+)<\/UploadId>/.exec(await begun.text())?.[1] ?? "");
    try {
      const parts: string[] = [];
      for (let at = 0; at < size; at += partBytes) {
        const number = parts.length + 1;
        const { body, sha256 } = await readPart(file, at, Math.min(partBytes, size - at));
        const query = `partNumber=${number}&uploadId=${id}`;
        const put = await ask(`${address}?${query}`, what, bound(signal), {
          method: "PUT",
          headers: sha256,
          body,
        });
        const etag = put.headers.get("etag") ?? "";
        parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
      }
      await complete(ask, `${address}?uploadId=${id}`, what, parts, signal);
    } catch (error) {
      await ask(`${address}?uploadId=${id}`, what, AbortSignal.timeout(PART_MS_MAX), {
        method: "DELETE",
      }).catch(() => {});
      throw error;
    }
  } finally {
    await file.close();
  }
}

export interface UploadedFile {
  readonly address: string;
  /** For the failure: what was asked of S3. */
  readonly what: string;
  readonly path: string;
  readonly partBytes?: number;
}

async function complete(
  ask: Ask,
  address: string,
  what: string,
  parts: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const xml = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  const done = await ask(address, what, bound(signal), {
    method: "POST",
    headers: { "x-amz-content-sha256": hash("sha256", xml, "hex") },
    body: new Uint8Array(Buffer.from(xml)),
  });
  // The one request of S3 that can fail after it has answered 200: the body then says so.
  const text = await done.text();
  if (text.includes("<Error>")) throw new Error(`the parts were not put together: ${text.slice(0, 300)}`);
}

async function readPart(file: FileHandle, at: number, length: number) {
  const body = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(body, read, length - read, at + read);
    if (bytesRead === 0) throw new Error("the file has become shorter");
    read += bytesRead;
  }
  // The server compares it with what arrives.
  return { body, sha256: { "x-amz-content-sha256": createHash("sha256").update(body).digest("hex") } };
}

function bound(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(PART_MS_MAX)]);
}
