/** However long a round took (a first build of years), the next comes after this. */
const PAUSE_MOST_MS = 60_000;

/** How long to wait after a round so that rounds like it take no more than their share of a core. */
export function pauseAfter(
  busyMs: number,
  { coreShare, pauseLeastMs }: { readonly coreShare: number; readonly pauseLeastMs: number },
): number {
  const fair = (busyMs * (1 - coreShare)) / coreShare;
  return Math.max(pauseLeastMs, Math.min(fair, PAUSE_MOST_MS));
}
