/** Where things are in a record batch (Apache Kafka, "Record Batch", message format v2). */
const LENGTH_AT = 8;
const LENGTH_BYTES = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const COVERED_AT = 21;
export const BATCH_HEAD_BYTES = 61;

/** CRC-32C (RFC 3720, B.4), bit by bit: slow, and independent of what the product uses. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Records behind a batch's head, with a checksum that is right: what kafkajs hands to a codec is a view like this. */
export function recordsInBatch(records: Buffer): Buffer {
  const batch = Buffer.concat([Buffer.alloc(BATCH_HEAD_BYTES), records]);
  batch[MAGIC_AT] = 2;
  batch.writeUInt32BE(crc32c(batch.subarray(COVERED_AT)), CRC_AT);
  return batch.subarray(BATCH_HEAD_BYTES);
}

/** The batches of a partition's log, as views of it. */
export function batchesOf(log: Buffer): readonly Buffer[] {
  const batches: Buffer[] = [];
  for (let at = 0; at + LENGTH_BYTES < log.length && log.readInt32BE(at + LENGTH_AT) > 0; ) {
    const end = at + LENGTH_BYTES + log.readInt32BE(at + LENGTH_AT);
    batches.push(log.subarray(at, end));
    at = end;
  }
  return batches;
}

/** Makes the checksums of a log right again, as of somebody who changed it on purpose. */
export function signAgain(log: Buffer): void {
  for (const batch of batchesOf(log)) batch.writeUInt32BE(crc32c(batch.subarray(COVERED_AT)), CRC_AT);
}
