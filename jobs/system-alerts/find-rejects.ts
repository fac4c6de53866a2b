import { z } from "zod";
import type { Alert, AlertFinding } from "#core/alert.ts";
import { rejectShareFindings } from "#core/reject-share.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const WINDOW_MS = 15 * 60_000;
/** Places that one statement looks at; a deployment has tens of partitions. */
const PLACES_MAX = 1000;

const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);
const Place = z.object({ topic: z.string(), partition: z.coerce.number(), from: z.coerce.bigint() });
const Intake = z
  .object({
    source: z.string(),
    elements: z.coerce.number(),
    rejected: z.coerce.number(),
    reason: z.string(),
    first_reject: Moment,
    last_reject: Moment,
  })
  .transform(({ first_reject: firstReject, last_reject: lastReject, ...rest }) => ({
    ...rest,
    ...{ firstReject, lastReject },
  }));

/** Sources of whose records of the last 15 minutes too many were rejected. */
export async function findRejects(
  clickhouse: Pick<ClickHouse, "query">,
  now: Date,
  signal: AbortSignal,
  listed: readonly Alert[],
): Promise<readonly AlertFinding[]> {
  const since = new Date(now.getTime() - WINDOW_MS).toISOString();
  // Records lie by position, and the batches, of which there are few, know the positions of a time.
  const places = await clickhouse.query({
    name: "rejects_places",
    sql: `SELECT topic, partition, min(first_offset) AS from FROM batches_v1
          WHERE epoch = 0 AND ingested_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC')
          GROUP BY topic, partition LIMIT {places_max:UInt32}`,
    params: { since, places_max: PLACES_MAX },
    row: Place,
    signal,
  });
  if (places.length === 0) return [];
  const params: Record<string, string | number> = { since };
  const within = places.map((place, at) => {
    params[`topic_${at}`] = place.topic;
    params[`partition_${at}`] = place.partition;
    params[`from_${at}`] = String(place.from);
    return `(topic = {topic_${at}:String} AND partition = {partition_${at}:UInt32} AND offset >= {from_${at}:UInt64})`;
  });
  const intakes = await clickhouse.query({
    name: "rejects_by_source",
    sql: `SELECT toString(source) AS source, count() AS elements, countIf(outcome = 'rejected') AS rejected,
            topKIf(1)(toString(reject_reason), outcome = 'rejected')[1] AS reason,
            minIf(append_time, outcome = 'rejected') AS first_reject, maxIf(append_time, outcome = 'rejected') AS last_reject
          FROM records_v1
          WHERE epoch = 0 AND ingested_at >= parseDateTime64BestEffort({since:String}, 3, 'UTC') AND (${within.join(" OR ")})
          GROUP BY source HAVING rejected > 0`,
    params,
    row: Intake,
    signal,
  });
  const firing = listed.flatMap(({ state, labels }) => (state === "firing" ? (labels["source"] ?? []) : []));
  return rejectShareFindings(intakes, new Set(firing));
}
