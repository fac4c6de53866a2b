/** How long to wait after a round so that rounds like it take no more than their share of a core. */
export function pauseAfter(
  busyMs: number,
  pace: {
    /** Of one core, over time. */
    readonly coreShare: number;
    readonly pauseLeastMs: number;
    /** However long a round took: after a first build of years nobody should wait for an hour. */
    readonly pauseMostMs: number;
  },
): number {
  const fair = (busyMs * (1 - pace.coreShare)) / pace.coreShare;
  return Math.max(pace.pauseLeastMs, Math.min(fair, pace.pauseMostMs));
}
