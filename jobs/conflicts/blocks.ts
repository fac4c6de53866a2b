/** Insert blocks of one table partition, both ends included. */
export interface Blocks {
  readonly first: bigint;
  readonly last: bigint;
}

/** A part of a table as its name says it: the blocks that were inserted, or merged, into it. */
export interface Part extends Blocks {
  readonly name: string;
  readonly tablePartition: string;
  readonly rows: number;
}

/** `202611_17_42_3`, with a mutation's number behind it where there was one. Null: no part's name. */
export function readPartName(name: string, rows: number): Part | null {
  const match = /^(.+?)_(\d+)_(\d+)_\d+(?:_\d+)?$/.exec(name);
  if (match === null) return null;
  const [, tablePartition = "", first = "", last = ""] = match;
  return { name, tablePartition, rows, first: BigInt(first), last: BigInt(last) };
}

/** Whether all of a part's blocks are among those that were looked at. */
export function isLookedAt(part: Blocks, looked: readonly Blocks[]): boolean {
  return looked.some(({ first, last }) => first <= part.first && part.last <= last);
}

/**
 * What was looked at, as few ranges: from the first to the last of neighbouring parts that all were. Numbers between
 * two parts belong to no row and never will: the store gives them in the order in which rows become visible, and all
 * partitions of a table share them. (A replicated table gives them earlier; there a gap would have to be kept open.)
 * Where no part is now, nothing counts as looked at, because after a partition was dropped its numbers may come again.
 */
export function joinLooked(present: readonly Part[], isLooked: (part: Part) => boolean): readonly Blocks[] {
  const ranges: Blocks[] = [];
  let open = null as Blocks | null;
  for (const part of present.toSorted((a, b) => (a.first < b.first ? -1 : 1))) {
    if (!isLooked(part)) {
      open = null;
      continue;
    }
    if (open !== null) ranges.pop();
    open = { first: open?.first ?? part.first, last: part.last };
    ranges.push(open);
  }
  return ranges;
}
