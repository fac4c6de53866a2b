import type { Alert, AlertFinding } from "#core/alert.ts";
import { staleFindings } from "#core/stale-ingest.ts";
import type { IngestStanding } from "#jobs/ingest-standing/ingest-standing.ts";

/** Topics whose records are not counted for minutes, looked at by one process and remembered from look to look. */
export function createStaleFinder(
  standing: { look(signal?: AbortSignal): Promise<IngestStanding> },
  clock: () => Date,
): (signal: AbortSignal, listed: readonly Alert[]) => Promise<readonly AlertFinding[]> {
  const behindSince = new Map<string, number>();
  return async (signal, listed) => {
    const { topics } = await standing.look(signal);
    const nowMs = clock().getTime();
    for (const { topic, behindRecords } of topics)
      if (behindRecords === 0n) behindSince.delete(topic);
      else if (!behindSince.has(topic)) behindSince.set(topic, nowMs);
    const firing = listed.flatMap(({ state, labels }) => (state === "firing" ? (labels["topic"] ?? []) : []));
    const since = (topic: string) => behindSince.get(topic) ?? nowMs;
    return staleFindings(topics, { nowMs, firing: new Set(firing), since });
  };
}
