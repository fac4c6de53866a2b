import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const crc32c = require("kafkajs/src/protocol/recordBatch/crc32C") as (bytes: Uint8Array) => number;

/**
 * Where things are in a record batch, in bytes from its beginning (Apache Kafka, "Record Batch", message format v2):
 * the format's version, the CRC-32C, what that covers, and the records.
 */
const MAGIC_AT = 16;
const CRC_AT = 17;
const COVERED_AT = 21;
const RECORDS_AT = 61;
const MAGIC = 2;

/**
 * Whether a batch is as its broker took it. kafkajs checks no checksum and hands a codec the records alone; they are a
 * view into what was fetched, so the batch's head lies right before them.
 */
export function isIntact(records: Buffer): boolean {
  const start = records.byteOffset - RECORDS_AT;
  if (start < 0) return false;
  return isIntactBatch(Buffer.from(records.buffer, start, RECORDS_AT + records.length));
}

/** The same of a whole batch, from its head on. */
export function isIntactBatch(batch: Buffer): boolean {
  return batch[MAGIC_AT] === MAGIC && batch.readUInt32BE(CRC_AT) === checksumOf(batch);
}

/** What the checksum of a batch must be. */
export function checksumOf(batch: Buffer): number {
  return crc32c(batch.subarray(COVERED_AT));
}
