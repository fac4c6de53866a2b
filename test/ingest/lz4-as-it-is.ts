/** A frame with blocks of 64 KiB at most (LZ4 Frame Format 1.6.1), as Kafka's Java client writes it. */
const HEAD = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const BLOCK_BYTES = 64 * 1024;
const NOT_COMPRESSED = 0x8000_0000;
const END = Buffer.alloc(4);

/** A codec for a test's producer: valid lz4 whose blocks were not worth compressing. It reads nothing. */
export function lz4AsItIs() {
  return {
    compress: async ({ buffer }: { buffer: Buffer }) => {
      const parts: Buffer[] = [HEAD];
      for (let at = 0; at < buffer.length; at += BLOCK_BYTES) {
        const block = buffer.subarray(at, at + BLOCK_BYTES);
        const size = Buffer.alloc(4);
        size.writeUInt32LE(block.length + NOT_COMPRESSED);
        parts.push(size, block);
      }
      return Buffer.concat([...parts, END]);
    },
    decompress: async (): Promise<Buffer> => {
      throw new Error("this codec only writes");
    },
  };
}
