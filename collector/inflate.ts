import { once } from "node:events";
import type { Transform } from "node:stream";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";
import { failure } from "#core/failure.ts";

/** Takes the chunks of a body one by one; `end` gives what they inflate to. */
export interface Inflater {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<Buffer>;
  destroy(): void;
}

const CODINGS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip, // RFC 9110 section 8.4.1.3: the same
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } }),
};
/** 8 MiB, RFC 8878 section 3.1.1.1.2: a frame of a few bytes may otherwise ask for a window of 128 MiB. */
const ZSTD_WINDOW_LOG_MAX = 23;

/**
 * Undoes one Content-Encoding piece by piece, so that a bomb is noticed when `bytesMax` are reached and not when it
 * has filled the memory. `onBytes` hears of every inflated piece before it is kept, and may throw.
 * @throws failure BODY_ENCODING_UNSUPPORTED; from `write` and `end` BODY_INFLATES_TOO_LARGE, BODY_UNREADABLE
 */
export function createInflater(
  coding: string | undefined,
  bytesMax: number,
  onBytes: (bytes: number) => void,
): Inflater {
  const name = coding?.trim().toLowerCase();
  const kept = keeper(bytesMax, onBytes);
  if (name === undefined || name === "" || name === "identity") return plain(kept);
  const create = Object.hasOwn(CODINGS, name) ? CODINGS[name] : undefined;
  if (create === undefined) {
    throw failure("BODY_ENCODING_UNSUPPORTED", { encodings: "gzip, zstd" });
  }
  return through(create(), name, kept);
}

interface Keeper {
  keep(chunk: Buffer): void;
  all(): Buffer;
}

function keeper(bytesMax: number, onBytes: (bytes: number) => void): Keeper {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    keep: (chunk) => {
      bytes += chunk.length;
      if (bytes > bytesMax) throw failure("BODY_INFLATES_TOO_LARGE", { bytesMax });
      onBytes(chunk.length);
      chunks.push(chunk);
    },
    all: () => Buffer.concat(chunks),
  };
}

function plain(kept: Keeper): Inflater {
  return { write: async (chunk) => kept.keep(chunk), end: async () => kept.all(), destroy: () => {} };
}

function through(stream: Transform, coding: string, kept: Keeper): Inflater {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const fail = (error: unknown) => {
    failed.reject(error);
    stream.destroy();
  };
  stream.on("data", (chunk: Buffer) => {
    try {
      kept.keep(chunk);
    } catch (error) {
      fail(error);
    }
  });
  stream.on("error", (error) => {
    fail(failure("BODY_UNREADABLE", { reason: `it is not ${coding}, or not all of it` }, error));
  });
  return {
    write: async (chunk) => {
      if (stream.destroyed) return failed.promise;
      if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), failed.promise]);
    },
    end: async () => {
      if (stream.destroyed) return failed.promise;
      stream.end();
      await Promise.race([once(stream, "end"), failed.promise]);
      return kept.all();
    },
    destroy: () => stream.destroy(),
  };
}
