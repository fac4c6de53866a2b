import type { IngestStanding } from "#jobs/ingest-standing/ingest-standing.ts";

/** From the end of one look to the begin of the next. */
const LOOK_MS = 1_000;

/**
 * Up to when everything that Kafka had is counted, as of the last look that ended: what was counted stays so, and sums
 * that are read after it hold all of it. A look asks Kafka, so it goes on beside the rounds that ask for it; only the
 * first one is waited for. One that fails leaves what is known, which grows old and says so.
 */
export function countedUntil(
  look: (signal: AbortSignal) => Promise<Pick<IngestStanding, "dataUntilMs">>,
  failed: (error: unknown) => void,
): (signal: AbortSignal) => Promise<Date | null> {
  let known: Date | null = null;
  let looking: Promise<void> | null = null;
  let [hasLooked, endedAtMs] = [false, Number.NEGATIVE_INFINITY];
  const begin = (signal: AbortSignal) =>
    look(signal)
      .then(({ dataUntilMs }) => {
        known = dataUntilMs === null ? null : new Date(dataUntilMs);
        hasLooked = true;
      })
      .catch(failed)
      .finally(() => {
        looking = null;
        endedAtMs = performance.now();
      });
  return async (signal) => {
    if (looking === null && performance.now() - endedAtMs >= LOOK_MS) looking = begin(signal);
    if (!hasLooked && looking !== null) await looking;
    return known;
  };
}
