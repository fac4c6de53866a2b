import { constants, crc32, deflateRawSync } from "node:zlib";

/** A ZIP archive that is written entry by entry, piece by piece, without knowing sizes before. */
export interface ZipWriter {
  /** Begins an entry; the one before must have ended. */
  begin(name: string): Buffer;
  piece(bytes: Buffer): Buffer;
  endEntry(): Buffer;
  end(): Buffer;
}

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  crc: number;
  size: number;
  packed: number;
}

const VERSION = 20;
/** Sizes follow the entry (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1980-01-01: the same content is the same archive. */
const DOS_DATE = 0x0021;
/** The last block of a deflate stream, empty. */
const LAST_BLOCK = Buffer.of(0x03, 0x00);
const SIZE_MAX = 0xffff_ffff;

/** APPNOTE.TXT 6.3.10 without ZIP64: beyond 4 GB it throws. */
export function zipWriter(): ZipWriter {
  const entries: Entry[] = [];
  let offset = 0;
  const placed = (...parts: Buffer[]) => {
    const bytes = Buffer.concat(parts);
    offset += bytes.length;
    if (offset > SIZE_MAX) throw new Error("a workbook of more than 4 GB: export it as Parquet or CSV");
    return bytes;
  };
  const current = () => {
    const entry = entries.at(-1);
    if (entry === undefined) throw new Error("no entry was begun");
    return entry;
  };
  return {
    begin: (name) => {
      const entry = { name: Buffer.from(name), offset, crc: 0, size: 0, packed: 0 };
      entries.push(entry);
      return placed(
        words(["4", 0x04034b50], ...head(entry, false), ["2", entry.name.length], ["2", 0]),
        entry.name,
      );
    },
    piece: (bytes) => {
      const entry = current();
      entry.crc = crc32(bytes, entry.crc);
      entry.size += bytes.length;
      // Each piece ends at a byte, so that pieces stand one after the other as one stream.
      const packed = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
      entry.packed += packed.length;
      return placed(packed);
    },
    endEntry: () => {
      const entry = current();
      entry.packed += LAST_BLOCK.length;
      const sizes = words(["4", 0x08074b50], ["4", entry.crc], ["4", entry.packed], ["4", entry.size]);
      return placed(LAST_BLOCK, sizes);
    },
    end: () => {
      const start = offset;
      const directory = Buffer.concat(entries.map(directoryEntry));
      const count = entries.length;
      const tail = words(
        ...([
          ["4", 0x06054b50],
          ["2", 0],
          ["2", 0],
          ["2", count],
          ["2", count],
        ] as Word[]),
        ...([
          ["4", directory.length],
          ["4", start],
          ["2", 0],
        ] as Word[]),
      );
      return placed(directory, tail);
    },
  };
}

function directoryEntry(entry: Entry): Buffer {
  const { name, offset } = entry;
  const fixed = words(
    ["4", 0x02014b50],
    ["2", VERSION],
    ...head(entry, true),
    ...([
      ["2", name.length],
      ["2", 0],
      ["2", 0],
      ["2", 0],
      ["2", 0],
      ["4", 0],
      ["4", offset],
    ] as Word[]),
  );
  return Buffer.concat([fixed, name]);
}

function head({ crc, packed, size }: Entry, isKnown: boolean): Word[] {
  const sizes: Word[] = [crc, packed, size].map((value) => ["4", isKnown ? value : 0]);
  return [["2", VERSION], ["2", FLAGS], ["2", DEFLATE], ["2", 0], ["2", DOS_DATE], ...sizes];
}

type Word = readonly [bytes: "2" | "4", value: number];

function words(...values: readonly Word[]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, [size]) => sum + Number(size), 0));
  let at = 0;
  for (const [size, value] of values)
    at = size === "2" ? bytes.writeUInt16LE(value, at) : bytes.writeUInt32LE(value >>> 0, at);
  return bytes;
}
