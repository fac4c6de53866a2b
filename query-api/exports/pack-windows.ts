export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How many rows begin in the bucket of time that starts at `atMs`. */
export interface BucketCount {
  readonly atMs: number;
  readonly rows: number;
}

/**
 * Cuts a range into windows of about `rowsMax` rows, so that the store sorts little at a time however many rows there
 * are. One bucket is never cut, and stretches without rows are skipped. `counts` are in the order of time.
 */
export function packWindows(
  counts: readonly BucketCount[],
  bucketMs: number,
  range: TimeWindow,
  rowsMax: number,
): TimeWindow[] {
  const windows: (TimeWindow & { rows: number })[] = [];
  for (const { atMs, rows } of counts) {
    const bucket = { fromMs: Math.max(atMs, range.fromMs), toMs: Math.min(atMs + bucketMs, range.toMs) };
    const last = windows.at(-1);
    if (last !== undefined && last.rows + rows <= rowsMax)
      windows[windows.length - 1] = { fromMs: last.fromMs, toMs: bucket.toMs, rows: last.rows + rows };
    else windows.push({ ...bucket, rows });
  }
  return windows.map(({ fromMs, toMs }) => ({ fromMs, toMs }));
}
