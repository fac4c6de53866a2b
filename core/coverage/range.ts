/** Consecutive numbers, both ends within: offsets of a partition, or sequence numbers of a producer. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

/** The same numbers as ranges that neither overlap nor touch, in order. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const sorted = ranges.filter(({ from, to }) => from <= to).toSorted((a, b) => (a.from < b.from ? -1 : 1));
  const result: { from: bigint; to: bigint }[] = [];
  for (const { from, to } of sorted) {
    const last = result.at(-1);
    if (last === undefined || from > last.to + 1n) result.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return result;
}

/** What of a range is in none of the others. */
export function without(range: Range, others: readonly Range[]): readonly Range[] {
  const left: Range[] = [];
  let next = range.from;
  for (const { from, to } of merged(others)) {
    if (from > range.to) break;
    if (from > next) left.push({ from: next, to: from - 1n });
    if (to >= next) next = to + 1n;
  }
  if (next <= range.to) left.push({ from: next, to: range.to });
  return left;
}

/** What of a range is in at least one of the others. */
export function within(range: Range, others: readonly Range[]): readonly Range[] {
  return merged(others).flatMap(({ from, to }) => {
    const part = { from: from > range.from ? from : range.from, to: to < range.to ? to : range.to };
    return part.from <= part.to ? [part] : [];
  });
}

export function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + (to - from + 1n), 0n);
}
