import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { failure } from "#core/failure.ts";

/** Larger ones are an export of calls, which has to be cut by days first. */
const BYTES_MAX = 256 * 1024 * 1024;

/**
 * A file's bytes, with gzip undone where they begin as RFC 1952 says: clouds deliver `.csv.gz`.
 * @throws FILE_UNREADABLE
 */
export function invoiceBytes(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > BYTES_MAX) throw tooLarge(file, `has ${size} bytes`);
    const bytes = readFileSync(file);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? inflated(file, bytes) : bytes;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || code === "FILE_UNREADABLE") throw error;
    throw failure("FILE_UNREADABLE", { file, reason: (error as Error).message }, error);
  }
}

function inflated(file: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: BYTES_MAX });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(file, "is larger, unpacked");
    throw failure(
      "FILE_UNREADABLE",
      { file, reason: `is no whole gzip: ${(error as Error).message}` },
      error,
    );
  }
}

function tooLarge(file: string, what: string): Error {
  return failure("FILE_UNREADABLE", { file, reason: `${what}, ${BYTES_MAX} is the most: cut it by days` });
}
