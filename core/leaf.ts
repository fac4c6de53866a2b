import type { Position } from "#core/adapter.ts";
import { merkleLeaf } from "#core/merkle.ts";

/** SHA-256 in hex of what a record element was, of what is stored of it and of the rows made of it. */
export interface LeafHashes {
  readonly receivedSha256: string;
  readonly storedSha256: string;
  readonly rowsSha256: string;
}

/**
 * The leaf of one record element in its batch's tree: its position and its three hashes, so that neither the
 * stored bytes nor the rows nor the order can change unseen. Encoded without ambiguity: a tag, numbers of
 * fixed width (big-endian: the topic's length, partition, offset, append time in ms, element), the topic, then
 * 3 x 32 bytes; hashed as an RFC 9162 leaf.
 */
export function leafHash(position: Position, hashes: LeafHashes): string {
  const topic = Buffer.from(position.topic, "utf8");
  const numbers = Buffer.alloc(28);
  numbers.writeUInt32BE(topic.length, 0);
  numbers.writeUInt32BE(position.partition, 4);
  numbers.writeBigUInt64BE(position.offset, 8);
  numbers.writeBigInt64BE(BigInt(position.appendTimeMs), 16);
  numbers.writeUInt32BE(position.element, 24);
  return merkleLeaf(
    Buffer.concat([
      TAG,
      numbers,
      topic,
      digest(hashes.receivedSha256),
      digest(hashes.storedSha256),
      digest(hashes.rowsSha256),
    ]),
  );
}

const TAG = Buffer.from("spendtrail.leaf.v1\n");

function digest(hex: string): Buffer {
  const bytes = Buffer.from(hex, "hex");
  if (bytes.length !== 32 || hex.length !== 64)
    throw new Error("a hash of a leaf is a SHA-256 in 64 hex digits");
  return bytes;
}
