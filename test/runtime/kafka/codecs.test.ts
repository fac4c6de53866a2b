import { gzipSync, zstdCompressSync } from "node:zlib";
import kafkajs from "kafkajs";
import snappy from "snappyjs";
import { describe, expect, test } from "vitest";
import { registerCodecs } from "#runtime/kafka/codecs.ts";
import { lz4Uncompress } from "#runtime/kafka/lz4-frames.ts";
import { poisonRecords } from "#runtime/kafka/poison.ts";
import { snappyCompress, snappyUncompress } from "#runtime/kafka/snappy-frames.ts";
import { crc32c, recordsInBatch } from "#test/support/record-batch.ts";

/** Frame of block size 64 KiB with independent blocks, as Kafka's Java client writes it, without its blocks. */
const LZ4_HEAD = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const LZ4_END = Buffer.alloc(4);
function lz4Frame(...blocks: { readonly bytes: Buffer; readonly raw?: boolean }[]): Buffer {
  const parts = blocks.flatMap(({ bytes, raw }) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(raw === true ? bytes.length + 0x8000_0000 : bytes.length);
    return [size, bytes];
  });
  return Buffer.concat([LZ4_HEAD, ...parts, LZ4_END]);
}
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("lz4", () => {
  test("literals, a copy that runs into itself, and a block that was not worth compressing", () => {
    // "ab", then 10 bytes from 2 back, then "!"; a second block as it is.
    const first = hex("26 6162 0200 10 21");
    expect(
      lz4Uncompress(lz4Frame({ bytes: first }, { bytes: Buffer.from("xyz"), raw: true }), 100).toString(),
    ).toBe("abababababab!xyz");
  });

  test.each([
    ["not a frame", Buffer.from("hello, world")],
    ["no end", lz4Frame({ bytes: hex("10 61") }).subarray(0, -4)],
    ["a block beyond the end", Buffer.concat([LZ4_HEAD, hex("ff000000"), hex("1061")])],
    ["literals beyond the block", lz4Frame({ bytes: hex("50 6162") })],
    ["a copy from before the beginning", lz4Frame({ bytes: hex("10 61 0900 10 62") })],
    ["a copy from nowhere", lz4Frame({ bytes: hex("10 61 0000 10 62") })],
    ["a length that never ends", lz4Frame({ bytes: hex("f0 ffffff") })],
    ["an offset that is cut", lz4Frame({ bytes: hex("10 61 01") })],
    ["a dictionary", Buffer.concat([hex("04224d18 61 40 82"), LZ4_END])],
  ])("%s is a failure and never other bytes", (_what, frame) => {
    expect(() => lz4Uncompress(frame, 1000)).toThrow(/^lz4: /);
  });

  test("a bomb ends at the bound", () => {
    const copies = Buffer.concat([hex("1f 61 0100"), Buffer.alloc(60_000, 0xff), hex("00 10 62")]);
    const bomb = lz4Frame(...Array.from({ length: 20 }, () => ({ bytes: copies })));
    expect(() => lz4Uncompress(bomb, 1_000_000)).toThrow("lz4: inflates beyond 1000000 bytes");
  });
});

describe("snappy", () => {
  const text = Buffer.from("snappy ".repeat(10_000));
  const framed = (...blocks: Buffer[]) =>
    Buffer.concat([
      hex("82534e4150505900 00000001 00000001"),
      ...blocks.flatMap((block) => {
        const size = Buffer.alloc(4);
        size.writeInt32BE(block.length);
        return [size, block];
      }),
    ]);

  test("raw, and framed by xerial in several blocks", () => {
    expect(snappyUncompress(snappyCompress(text), 100_000)).toEqual(text);
    const half = text.length / 2;
    const blocks = [text.subarray(0, half), text.subarray(half)].map((part) =>
      Buffer.from(snappy.compress(part)),
    );
    expect(snappyUncompress(framed(...blocks), 100_000)).toEqual(text);
  });

  test("a bomb ends at the bound, over all blocks together", () => {
    const block = snappyCompress(text);
    expect(() => snappyUncompress(block, 1_000)).toThrow();
    expect(() => snappyUncompress(framed(block, block), 100_000)).toThrow();
  });

  test.each([
    ["an empty value", Buffer.alloc(0)],
    ["a frame that is cut", framed(snappyCompress(text)).subarray(0, 200)],
    ["a block that is shorter than it says", hex("0a 00 61")],
    ["a copy from before the beginning", hex("04 01 09")],
  ])("%s is a failure and never other bytes", (_what, bytes) => {
    expect(() => snappyUncompress(bytes, 1_000)).toThrow();
  });
});

test("a batch whose checksum is wrong is poison, compressed or not, and one that is right is as it was", async () => {
  registerCodecs();
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  const codecs = kafkajs.CompressionCodecs as unknown as Record<
    number,
    () => { decompress(bytes: Buffer): Promise<Buffer> }
  >;
  const text = Buffer.from("the records");
  for (const [type, bytes] of [
    [0, text],
    [1, gzipSync(text)],
  ] as const) {
    const records = recordsInBatch(bytes);
    expect(await codecs[type]?.().decompress(records)).toEqual(text);
    const last = records.length - 1;
    records[last] = (records[last] ?? 0) ^ 1;
    expect(await codecs[type]?.().decompress(records)).toBe(poisonRecords());
  }
});

test.each([
  ["gzip", 1, gzipSync],
  ["zstd", 4, zstdCompressSync],
] as const)("a %s bomb is not inflated", async (_name, type, compress) => {
  registerCodecs();
  const bomb = recordsInBatch(compress(Buffer.alloc(200_000_000)));
  const codec = kafkajs.CompressionCodecs[type as 1]();
  const wanted = poisonRecords();
  const before = process.memoryUsage().rss;
  const poison = (await (codec as { decompress(bytes: Buffer): Promise<Buffer> }).decompress(bomb)) as Buffer;
  expect(poison).toBe(wanted);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
});
