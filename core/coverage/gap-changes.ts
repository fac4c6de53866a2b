import type { Range } from "#core/coverage/range.ts";

/** A gap as it is on record. */
export interface NamedRange extends Range {
  readonly verdict: string;
}

/**
 * What is to be put on record: gaps that are new or judged otherwise, and as resolved those that are no more. Gaps are
 * told apart by their ends: one that became smaller is resolved, and what is left of it is a new one.
 */
export function gapChanges<Gap extends NamedRange>(
  onRecord: readonly Gap[],
  now: readonly Gap[],
): readonly Gap[] {
  const key = ({ from, to }: Range) => `${from}-${to}`;
  const known = new Map(onRecord.map((gap) => [key(gap), gap]));
  const current = new Set(now.map(key));
  return [
    ...now.filter((gap) => known.get(key(gap))?.verdict !== gap.verdict),
    ...onRecord
      .filter((gap) => gap.verdict !== "resolved" && !current.has(key(gap)))
      .map((gap) => ({ ...gap, verdict: "resolved" })),
  ];
}
