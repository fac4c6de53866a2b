/** Each bucket once, as many at a time as one statement may take; one that is larger than that goes alone. */
export function bucketsInTurns(
  buckets: Iterable<{ readonly bucket: string; readonly rows: number }>,
  { rowsMax, bucketsMax }: { readonly rowsMax: number; readonly bucketsMax: number },
): readonly (readonly string[])[] {
  const rowsOf = new Map<string, number>();
  for (const { bucket, rows } of buckets) rowsOf.set(bucket, Math.max(rows, rowsOf.get(bucket) ?? 0));
  const turns: string[][] = [];
  let rowsInTurn = Number.POSITIVE_INFINITY;
  for (const [bucket, rows] of rowsOf) {
    const last = turns.at(-1);
    if (last === undefined || last.length === bucketsMax || rowsInTurn + rows > rowsMax) {
      turns.push([bucket]);
      rowsInTurn = rows;
    } else {
      last.push(bucket);
      rowsInTurn += rows;
    }
  }
  return turns;
}
