import snappy from "snappyjs";
import { InflatedBytes } from "#runtime/kafka/inflated-bytes.ts";

/** "\x82SNAPPY\0", then two version numbers of 4 bytes: the framing of xerial's snappy-java, which Kafka's Java client writes. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** One raw snappy block, which every Kafka client reads. */
export function snappyCompress(bytes: Buffer): Buffer {
  return Buffer.from(snappy.compress(bytes));
}

/**
 * Reads xerial-framed and raw snappy, strictly: kafkajs checks no CRC, and the snappyjs package fills up with zeros
 * what a block says and does not hold.
 * @throws when it is corrupt, cut short or inflates beyond `bytesMax`
 */
export function snappyUncompress(bytes: Buffer, bytesMax: number): Buffer {
  const out = new InflatedBytes(bytesMax, "snappy");
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) {
    decodeBlock(bytes, out);
    return out.all();
  }
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw new Error("snappy: is cut short");
    const length = bytes.readInt32BE(at);
    if (length <= 0 || at + 4 + length > bytes.length) throw new Error("snappy: a block is cut short");
    decodeBlock(bytes.subarray(at + 4, at + 4 + length), out);
    at += 4 + length;
  }
  return out.all();
}

/** Snappy format description, sections 1 and 2: the length as a varint, then literals and copies by tag. */
function decodeBlock(block: Buffer, out: InflatedBytes): void {
  let at = 0;
  const littleEndian = (bytes: number): number => {
    if (at + bytes > block.length) throw new Error("snappy: a tag is cut short");
    const value = bytes === 0 ? 0 : block.readUIntLE(at, bytes);
    at += bytes;
    return value;
  };
  let length = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = littleEndian(1);
    length += (byte & 0x7f) * shift;
    if (byte < 0x80) break;
    if (shift > 128 ** 3) throw new Error("snappy: a length is too long");
  }
  out.reserve(length);
  const base = out.length;
  while (at < block.length) {
    const tag = littleEndian(1);
    const upper = tag >> 2;
    if ((tag & 3) === 0) {
      const literals = (upper < 60 ? upper : littleEndian(upper - 59)) + 1;
      if (at + literals > block.length) throw new Error("snappy: literals are cut short");
      out.append(block, at, at + literals);
      at += literals;
    } else if ((tag & 3) === 1) {
      out.repeat(((upper >> 3) << 8) | littleEndian(1), (upper & 7) + 4, base);
    } else out.repeat(littleEndian((tag & 3) === 2 ? 2 : 4), upper + 1, base);
  }
  if (out.length - base !== length) throw new Error("snappy: a block is not as long as it says");
}
