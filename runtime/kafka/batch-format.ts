import { createRequire } from "node:module";
import { checksumOf, isIntactBatch } from "#runtime/kafka/batch-checksum.ts";

const require = createRequire(import.meta.url);
const DECODER = "kafkajs/src/protocol/requests/fetch/v4/decodeMessages";

/** Where a fetch holds the bytes of one partition: their length, then batch after batch. */
interface FetchDecoder {
  readonly buffer: Buffer;
  readonly offset: number;
}
type Decode = (decoder: FetchDecoder) => Promise<readonly unknown[]>;

const SIZE_BYTES = 4;
/** Where things are in a batch (Apache Kafka, "Record Batch", message format v2). */
const LENGTH_AT = 8;
const LENGTH_END = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const COUNT_AT = 57;
const HEAD_BYTES = 61;

const MAGIC = 2;
const CODEC_MASK = 0x07;
const CODEC_MAX = 4;
const CONTROL = 0x20;

let isGuarded = false;

/**
 * Makes kafkajs hand out a batch whose head is broken as one whose records are. Of a head that a disk spoilt kafkajs
 * (2.2.4) believes everything: by the format of the first batch it tells that of the whole fetch, and where it knows
 * none it delivers nothing and fetches the same again, for ever and without a word; a codec that it does not know it
 * takes for none, and throws for all partitions; a batch that says it holds a control record or nothing it drops.
 * The formats 0 and 1 are refused too: they ended with Kafka 0.11, and their checksums are never looked at.
 * Idempotent, and to be called before the first fetch: kafkajs loads what decodes its answers when the first comes.
 */
export function refuseBrokenHeads(): void {
  if (isGuarded) return;
  isGuarded = true;
  const decode = require(DECODER) as Decode;
  const module = require.cache[require.resolve(DECODER)];
  if (module === undefined) throw new Error(`${DECODER} was loaded and is not there`);
  module.exports = (decoder: FetchDecoder) => {
    for (const batch of batchesOf(decoder)) {
      // Other heads go to a codec, which looks at the checksum; here it is looked at where none would.
      if (isOdd(batch) && !isIntactBatch(batch)) breakRecords(batch);
    }
    return decode(decoder);
  };
}

/** The whole batches of one partition, as views of the fetched bytes; the last one may be cut by the fetch's limit. */
function* batchesOf({ buffer, offset }: FetchDecoder): Generator<Buffer> {
  const end = Math.min(buffer.length, offset + SIZE_BYTES + buffer.readInt32BE(offset));
  for (let at = offset + SIZE_BYTES; at + HEAD_BYTES <= end; ) {
    const next = at + LENGTH_END + buffer.readInt32BE(at + LENGTH_AT);
    if (next < at + HEAD_BYTES || next > end) return;
    yield buffer.subarray(at, next);
    at = next;
  }
}

function isOdd(batch: Buffer): boolean {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  return (
    batch[MAGIC_AT] !== MAGIC ||
    (attributes & CODEC_MASK) > CODEC_MAX ||
    (attributes & CONTROL) !== 0 ||
    batch.readInt32BE(COUNT_AT) <= 0
  );
}

/** Plain records as many as there are offsets, and a checksum that cannot be right: they become poison (`codecs.ts`). */
function breakRecords(batch: Buffer): void {
  batch[MAGIC_AT] = MAGIC;
  batch.writeInt16BE(0, ATTRIBUTES_AT);
  batch.writeInt32BE(Math.max(batch.readInt32BE(LAST_DELTA_AT), 0) + 1, COUNT_AT);
  batch.writeInt32BE(~checksumOf(batch), CRC_AT);
}
