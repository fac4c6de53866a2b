declare module "lz4js" {
  const lz4: {
    compress(bytes: Uint8Array): Uint8Array;
    /** Throws when corrupt or when it would inflate beyond `bytesMax`. */
    decompress(bytes: Uint8Array, bytesMax?: number): Uint8Array;
  };
  export default lz4;
}
declare module "snappyjs" {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array;
    uncompress(bytes: Uint8Array, bytesMax?: number): Uint8Array;
  };
  export default snappy;
}
