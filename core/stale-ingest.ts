import type { AlertFinding } from "#core/alert.ts";

/** Behind for so long is stale; what fires stays until it is clearly below. */
const STALE_MS = 3 * 60_000;
const FRESH_MS = 60_000;

/**
 * Topics with records that are not counted although they lie there for minutes.
 *
 * @param since when a topic of which nothing was ever counted was first seen to be behind
 */
export function staleFindings(
  topics: readonly {
    readonly topic: string;
    readonly dataUntilMs: number | null;
    readonly behindRecords: bigint;
  }[],
  at: {
    readonly nowMs: number;
    readonly firing: ReadonlySet<string>;
    readonly since: (topic: string) => number;
  },
): readonly AlertFinding[] {
  return topics.flatMap(({ topic, dataUntilMs, behindRecords }) => {
    if (behindRecords === 0n) return [];
    const untilMs = dataUntilMs ?? at.since(topic);
    if (at.nowMs - untilMs < (at.firing.has(topic) ? FRESH_MS : STALE_MS)) return [];
    const seen = { firstSeen: new Date(untilMs).toISOString(), lastSeen: new Date(at.nowMs).toISOString() };
    return [{ labels: { topic }, details: {}, ...seen }];
  });
}
