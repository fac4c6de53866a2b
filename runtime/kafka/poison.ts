import { randomBytes } from "node:crypto";

/**
 * kafkajs decodes a fetch as a whole, so one record batch that cannot be decompressed delivers nothing from any
 * partition, for ever, and raises no event (seen on 2.2.4). A codec that fails therefore hands back records that say
 * so: as many as the batch could hold, each with the value below, at the offsets of the batch. Their partition is
 * then stopped at the first of them, and the others go on.
 */
const POISON_VALUE = randomBytes(24);
/** More than a batch of 5 MiB holds; kafkajs reads only as many as the batch's own header counts. */
const POISON_RECORDS_MAX = 400_000;

/** Whether a record stands for one that could not be decompressed. The value is random per process: nobody can send it. */
export function isPoison(value: Buffer | null): boolean {
  return value !== null && value.length === POISON_VALUE.length && value.equals(POISON_VALUE);
}

let poison: Buffer | null = null;

/** Encoded records (Kafka message format v2) with ascending offset deltas. */
export function poisonRecords(): Buffer {
  poison ??= Buffer.concat(Array.from({ length: POISON_RECORDS_MAX }, (_, delta) => poisonRecord(delta)));
  return poison;
}

function poisonRecord(offsetDelta: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]), // attributes
    zigzag(0), // timestamp delta
    zigzag(offsetDelta),
    zigzag(-1), // no key
    zigzag(POISON_VALUE.length),
    POISON_VALUE,
    zigzag(0), // no headers
  ]);
  return Buffer.concat([zigzag(body.length), body]);
}

/** Protocol Buffers' zigzag varint, as in Kafka's record format. */
function zigzag(value: number): Buffer {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  const bytes: number[] = [];
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
