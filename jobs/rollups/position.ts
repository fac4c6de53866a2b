/** A place in a table partition of `events_v1`: how often its numbering began anew, and the newest insert block. */
export interface Position {
  readonly numbering: bigint;
  readonly block: bigint;
}

const BLOCKS = 2n ** 40n;

/** As one number that orders places: a later numbering is later than any block of an earlier one. */
export function positionNumber({ numbering, block }: Position): bigint {
  return numbering * BLOCKS + block;
}

export function readPosition(number: bigint): Position {
  return { numbering: number / BLOCKS, block: number % BLOCKS };
}

/**
 * Where a partition stands whose newest block is `block` (0: it has none), by what was noted before. Numbers that went
 * back begin anew: the partition was dropped, or the table restored, and nothing noted before holds for it.
 */
export function positionNow(block: bigint, noted: Position | undefined): Position {
  if (noted === undefined) return { numbering: 0n, block };
  return { numbering: block < noted.block ? noted.numbering + 1n : noted.numbering, block };
}
