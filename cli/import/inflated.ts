import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGunzip, createZstdDecompress } from "node:zlib";

/** 128 MiB, the most that `zstd --long` makes by default and asks a reader for. */
const ZSTD_WINDOW_LOG_MAX = 27;
const MAGIC_BYTES = 4;

/** The compressed bytes are damaged or stop too early. */
export class NotInflatable extends Error {}

/**
 * The bytes of a stream, with gzip or zstd undone where the first bytes say so: names and headers are wrong too often.
 * @throws NotInflatable
 */
export async function* inflated(source: Readable): AsyncGenerator<Buffer> {
  const { head, rest } = await peek(source);
  const coding = codingOf(head);
  if (coding === null) {
    if (head.length > 0) yield head;
    for await (const piece of rest) yield piece;
    return;
  }
  const transform =
    coding === "gzip"
      ? createGunzip()
      : createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } });
  yield* through(transform, coding, head, rest);
}

async function* through(
  transform: Transform,
  coding: string,
  head: Buffer,
  rest: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  const compressed = async function* () {
    yield head;
    yield* rest;
  };
  let upstream: unknown;
  const fed = pipeline(compressed, transform).catch((error: unknown) => {
    upstream = error;
    transform.destroy(error as Error);
  });
  try {
    for await (const piece of transform) yield piece as Buffer;
    await fed;
    if (upstream !== undefined) throw upstream;
  } catch (error) {
    if (!isZlib(error)) throw error;
    throw new NotInflatable(`is not ${coding}, or not all of it (${(error as Error).message})`);
  } finally {
    transform.destroy();
  }
}

function isZlib(error: unknown): boolean {
  return /^(Z_|ERR_ZLIB|ZSTD_)/.test(String((error as { code?: unknown })?.code));
}

async function peek(source: Readable): Promise<{ head: Buffer; rest: AsyncGenerator<Buffer> }> {
  const pieces = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const next = await pieces.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value as Buffer]);
  }
  const rest = async function* (): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const next = await pieces.next();
        if (next.done) return;
        yield next.value as Buffer;
      }
    } finally {
      source.destroy();
    }
  };
  return { head, rest: rest() };
}

/** RFC 1952 section 2.3.1; RFC 8878 section 3.1.1. */
function codingOf(head: Buffer): "gzip" | "zstd" | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return head.length >= MAGIC_BYTES && head.readUInt32LE(0) === 0xfd2fb528 ? "zstd" : null;
}
