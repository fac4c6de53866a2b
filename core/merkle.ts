import { createHash } from "node:crypto";

/** Hash of a leaf's data: SHA-256(0x00 || data), RFC 9162 section 2.1.1. In hex. */
export function merkleLeaf(data: Uint8Array): string {
  return createHash("sha256").update(LEAF).update(data).digest("hex");
}

/**
 * Root of the tree over leaf hashes in order (hex, as `merkleLeaf` and `leafHash` give them): inner nodes are
 * SHA-256(0x01 || left || right), split at the largest power of two below the count, RFC 9162 section 2.1.1.
 * The root of no leaves is SHA-256 of nothing.
 */
export function merkleRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return EMPTY;
  // One open subtree per set bit of the count, largest first; merging from the right gives RFC 9162's split.
  const open: { hash: Buffer; size: number }[] = [];
  for (const leaf of leaves) {
    let node = { hash: leafBytes(leaf), size: 1 };
    for (let left = open.at(-1); left?.size === node.size; left = open.at(-1)) {
      open.pop();
      node = { hash: inner(left.hash, node.hash), size: left.size * 2 };
    }
    open.push(node);
  }
  return (
    open
      .reduceRight<Buffer | null>((right, { hash }) => (right === null ? hash : inner(hash, right)), null)
      ?.toString("hex") ?? EMPTY
  );
}

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
const EMPTY = createHash("sha256").digest("hex");

function inner(left: Buffer, right: Buffer): Buffer {
  return createHash("sha256").update(NODE).update(left).update(right).digest();
}

function leafBytes(hex: string): Buffer {
  const bytes = Buffer.from(hex, "hex");
  if (bytes.length !== 32 || hex.length !== 64) throw new Error("a leaf is a SHA-256 in 64 hex digits");
  return bytes;
}
