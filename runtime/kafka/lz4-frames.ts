import { InflatedBytes } from "#runtime/kafka/inflated-bytes.ts";

/**
 * LZ4 frames as Kafka clients write them (LZ4 frame format 1.6.x): decoded strictly, so that a damaged batch is a
 * failure and never other bytes. kafkajs checks no CRC, and the lz4js package writes past its bounds in silence.
 */
const MAGIC = 0x184d2204;
const VERSION_BITS = 0b1100_0000;
const VERSION_1 = 0b0100_0000;
const BLOCK_CHECKSUM = 0b0001_0000;
const CONTENT_SIZE = 0b0000_1000;
const DICTIONARY = 0b0000_0001;
const UNCOMPRESSED = 0x8000_0000;
/** Block maximum sizes by the code in the BD byte. */
const BLOCK_BYTES_MAX: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };
const MATCH_MIN = 4;

/** Inflates one frame. @throws when it is corrupt, cut short or inflates beyond `bytesMax` */
export function lz4Uncompress(frame: Buffer, bytesMax: number): Buffer {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) throw new Error("lz4: not a frame");
  const flags = frame.readUInt8(4);
  if ((flags & VERSION_BITS) !== VERSION_1) throw new Error("lz4: unknown version");
  if ((flags & DICTIONARY) !== 0) throw new Error("lz4: needs a dictionary");
  const blockBytesMax = BLOCK_BYTES_MAX[(frame.readUInt8(5) >> 4) & 7];
  if (blockBytesMax === undefined) throw new Error("lz4: unknown block size");
  const checksumBytes = (flags & BLOCK_CHECKSUM) !== 0 ? 4 : 0;
  const out = new InflatedBytes(bytesMax, "lz4");
  let at = 6 + ((flags & CONTENT_SIZE) !== 0 ? 8 : 0) + 1;
  for (;;) {
    if (at + 4 > frame.length) throw new Error("lz4: is cut short");
    const size = frame.readUInt32LE(at);
    at += 4;
    if (size === 0) return out.all();
    const length = size & ~UNCOMPRESSED;
    if (length < 0 || at + length > frame.length) throw new Error("lz4: a block is cut short");
    const block = frame.subarray(at, at + length);
    out.reserve(blockBytesMax);
    if ((size & UNCOMPRESSED) !== 0) out.append(block, 0, block.length);
    else decodeBlock(block, out);
    at += length + checksumBytes;
  }
}

/** LZ4 block format: literals, then a copy from what is out already; the last sequence is literals alone. */
function decodeBlock(block: Buffer, out: InflatedBytes): void {
  let at = 0;
  const length = (nibble: number): number => {
    let sum = nibble;
    if (nibble !== 15) return sum;
    for (;;) {
      const byte = block[at++];
      if (byte === undefined) throw new Error("lz4: a length is cut short");
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = length(token >> 4);
    if (at + literals > block.length) throw new Error("lz4: literals are cut short");
    out.append(block, at, at + literals);
    at += literals;
    if (at === block.length) return;
    const low = block[at++];
    const high = block[at++];
    if (low === undefined || high === undefined) throw new Error("lz4: an offset is cut short");
    out.repeat(low | (high << 8), length(token & 15) + MATCH_MIN);
  }
}
