import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const DECODER = "kafkajs/src/protocol/requests/fetch/v4/decodeMessages";

/** Where a fetch holds the bytes of one partition: their length, then batch after batch. */
interface FetchDecoder {
  readonly buffer: Buffer;
  readonly offset: number;
}
type Decode = (decoder: FetchDecoder) => Promise<readonly unknown[]>;

/** As in batch-checksum.ts; the length of a partition's bytes stands before them. */
const LENGTH_BYTES = 4;
const MAGIC_AT = 16;
const CRC_AT = 17;
const HEAD_BYTES = 61;
const MAGIC = 2;

let isGuarded = false;

/**
 * Makes kafkajs hand out a batch of an unknown format as one that is broken. It tells the format of a whole fetch by
 * its first batch, and where that is neither 0, 1 nor 2 it delivers nothing and fetches the same again, for ever and
 * without a word (2.2.4, `decodeMessages`). 0 and 1 are refused too: they ended with Kafka 0.11, their checksums are
 * never looked at, and a disk's error looks like them. Idempotent, and to be called before the first fetch, because
 * kafkajs loads what decodes its answers when the first one comes.
 */
export function refuseUnknownFormats(): void {
  if (isGuarded) return;
  isGuarded = true;
  const decode = require(DECODER) as Decode;
  const module = require.cache[require.resolve(DECODER)];
  if (module === undefined) throw new Error(`${DECODER} was loaded and is not there`);
  module.exports = (decoder: FetchDecoder) => {
    breakUnknownFormat(decoder);
    return decode(decoder);
  };
}

/** The first batch is what is looked at; `isIntact` refuses those behind it, whose format kafkajs does not read. */
function breakUnknownFormat({ buffer, offset }: FetchDecoder): void {
  const start = offset + LENGTH_BYTES;
  const length = buffer.readInt32BE(offset);
  if (length < HEAD_BYTES || buffer.length < start + HEAD_BYTES) return;
  if (buffer[start + MAGIC_AT] === MAGIC) return;
  buffer[start + MAGIC_AT] = MAGIC;
  // The checksum does not cover the format, so the batch would pass for one that is intact.
  buffer.writeInt32BE(~buffer.readInt32BE(start + CRC_AT), start + CRC_AT);
}
