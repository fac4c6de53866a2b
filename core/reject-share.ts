import type { AlertFinding } from "#core/alert.ts";

/** How many elements of a source came in lately, and how many of them were rejected. */
export interface SourceIntake {
  readonly source: string;
  readonly elements: number;
  readonly rejected: number;
  /** The most frequent reason. */
  readonly reason: string;
  /** ISO 8601 in UTC: when the first and the last reject was appended. */
  readonly firstReject: string;
  readonly lastReject: string;
}

/** Rejects above this share fire, if there are so many: a source of three records a day is not worth a night. */
const FIRES = { percent: 5, rejected: 20 };
/** What fires stays until it is clearly below, or a source at 5 % would come and go. */
const STAYS = { percent: 2.5, rejected: 10 };

/** Sources of whose records too many are rejected. @param firing the sources of which that is on record already */
export function rejectShareFindings(
  intakes: readonly SourceIntake[],
  firing: ReadonlySet<string>,
): readonly AlertFinding[] {
  return intakes
    .filter(({ source, elements, rejected }) => {
      const { percent, rejected: least } = firing.has(source) ? STAYS : FIRES;
      return rejected >= least && rejected * 100 > elements * percent;
    })
    .map(({ source, reason, firstReject: firstSeen, lastReject: lastSeen }) => ({
      labels: { source },
      details: { reason },
      ...{ firstSeen, lastSeen },
    }));
}
