import { promisify } from "node:util";
import { gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs from "kafkajs";
import { isIntact } from "#runtime/kafka/batch-checksum.ts";
import { refuseBrokenHeads } from "#runtime/kafka/batch-format.ts";
import { lz4Uncompress } from "#runtime/kafka/lz4-frames.ts";
import { poisonRecords } from "#runtime/kafka/poison.ts";
import { snappyCompress, snappyUncompress } from "#runtime/kafka/snappy-frames.ts";

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** What one record batch may inflate to: far above any broker's message.max.bytes, far below our memory. */
export const INFLATED_BYTES_MAX = 64 * 1024 * 1024;

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

const CODECS: Readonly<Record<number, Codec>> = {
  // kafkajs writes plain batches without asking and reads them through this, so that they are checked like the others.
  [CompressionTypes.None]: {
    compress: async ({ buffer }) => buffer,
    decompress: async (buffer) => buffer,
  },
  [CompressionTypes.GZIP]: {
    compress: ({ buffer }) => promisify(gzip)(buffer),
    decompress: (buffer) => promisify(gunzip)(buffer, { maxOutputLength: INFLATED_BYTES_MAX }),
  },
  [CompressionTypes.Snappy]: {
    compress: async ({ buffer }) => snappyCompress(buffer),
    decompress: async (buffer) => snappyUncompress(buffer, INFLATED_BYTES_MAX),
  },
  [CompressionTypes.LZ4]: {
    // Gateways choose the codec of what they write; of our own none is lz4.
    compress: async () => {
      throw new Error("this program reads lz4 and does not write it");
    },
    decompress: async (buffer) => lz4Uncompress(buffer, INFLATED_BYTES_MAX),
  },
  [CompressionTypes.ZSTD]: {
    compress: ({ buffer }) => promisify(zstdCompress)(buffer),
    decompress: (buffer) => promisify(zstdDecompress)(buffer, { maxOutputLength: INFLATED_BYTES_MAX }),
  },
};

/**
 * Makes kafkajs read all codecs, each with a bound on what it inflates to. Gateways choose the codec of their topics,
 * so all are there. A batch whose checksum is wrong or that cannot be decompressed is delivered as poison records
 * (`poison.ts`) instead of stopping every partition, or of giving other digits than were sent. Idempotent: kafkajs keeps its codecs for the whole process.
 */
export function registerCodecs(): void {
  refuseBrokenHeads();
  for (const [type, codec] of Object.entries(CODECS)) {
    const safe: Codec = {
      ...codec,
      decompress: (buffer) =>
        isIntact(buffer) ? codec.decompress(buffer).catch(poisonRecords) : Promise.resolve(poisonRecords()),
    };
    CompressionCodecs[Number(type) as 2] = () => safe;
  }
}
