import type { AlertFinding } from "#core/alert.ts";
import { isUnexplained } from "#core/coverage/verdicts.ts";
import { readKnownGaps } from "#jobs/coverage/known-gaps.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

interface Gap {
  readonly topic: string;
  readonly verdict: string;
  readonly where: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Topics with offsets or numbers that are missing and that nothing explains, as the coverage job has put them on record. */
export async function findGaps(
  clickhouse: Pick<ClickHouse, "query">,
  topics: readonly string[],
  now: Date,
): Promise<readonly AlertFinding[]> {
  const { offsets, numbers } = await readKnownGaps(clickhouse, topics);
  const gaps = [
    ...offsets.map((gap): Gap => {
      const { topic, verdict, partition, afterMs, beforeMs } = gap;
      return { topic, verdict, where: `partition ${partition}`, fromMs: afterMs, toMs: beforeMs };
    }),
    ...numbers.map((gap): Gap => {
      const { topic, verdict, source, afterMs, beforeMs } = gap;
      return { topic, verdict, where: `source ${source}`, fromMs: afterMs, toMs: beforeMs };
    }),
  ].filter(({ verdict }) => isUnexplained(verdict));
  return [...Map.groupBy(gaps, ({ topic }) => topic)].map(([topic, some]) => ({
    labels: { topic },
    details: { verdicts: distinct(some, "verdict"), where: distinct(some, "where") },
    firstSeen: iso(
      some.map(({ fromMs }) => fromMs),
      Math.min,
      now,
    ),
    lastSeen: iso(
      some.map(({ toMs }) => toMs),
      Math.max,
      now,
    ),
  }));
}

/** Names that are worth reading; a gap in each of a hundred partitions is one trouble. */
const NAMES_MAX = 10;

function distinct(gaps: readonly Gap[], name: "verdict" | "where"): string {
  const all = [...new Set(gaps.map((gap) => gap[name]))].sort();
  return [...all.slice(0, NAMES_MAX), ...(all.length > NAMES_MAX ? ["…"] : [])].join(", ");
}

function iso(
  times: readonly (number | null)[],
  pick: (...values: number[]) => number,
  otherwise: Date,
): string {
  const known = times.filter((time) => time !== null);
  return (known.length === 0 ? otherwise : new Date(pick(...known))).toISOString();
}
