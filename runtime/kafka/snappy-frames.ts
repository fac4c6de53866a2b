import snappy from "snappyjs";

/** "\x82SNAPPY\0", then two version numbers of 4 bytes: the framing of xerial's snappy-java, which Kafka's Java client writes. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** One raw snappy block, which every Kafka client reads. */
export function snappyCompress(bytes: Buffer): Buffer {
  return Buffer.from(snappy.compress(bytes));
}

/** Reads xerial-framed and raw snappy. @throws when it is corrupt or inflates beyond `bytesMax` */
export function snappyUncompress(bytes: Buffer, bytesMax: number): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return block(bytes, bytesMax);
  const blocks: Buffer[] = [];
  let left = bytesMax;
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const length = bytes.readInt32BE(at);
    if (length <= 0 || at + 4 + length > bytes.length) throw new Error("snappy: a block is cut short");
    const inflated = block(bytes.subarray(at + 4, at + 4 + length), left);
    left -= inflated.length;
    blocks.push(inflated);
    at += 4 + length;
  }
  return Buffer.concat(blocks);
}

function block(bytes: Buffer, bytesMax: number): Buffer {
  return Buffer.from(snappy.uncompress(bytes, bytesMax));
}
