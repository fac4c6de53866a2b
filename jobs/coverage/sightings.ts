import { z } from "zod";
import type { Range } from "#core/coverage/range.ts";
import { type Sighting, voidsOf } from "#core/coverage/sequence.ts";
import type { LifeWindow } from "#jobs/coverage/stored-rows.ts";
import { FOR_EVER_MS } from "#jobs/coverage/stored-rows.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** Offsets of one life of a partition. */
export interface FreshOffsets extends Range, LifeWindow {
  readonly partition: number;
}

type Reads = Pick<ClickHouse, "query">;

export interface ProducerSightings {
  readonly source: string;
  readonly producer: string;
  readonly sightings: readonly Sighting[];
}

const Row = z.object({
  source: z.string(),
  producer: z.string(),
  from_number: z.coerce.bigint(),
  to_number: z.coerce.bigint(),
  first_ms: z.coerce.number(),
  last_ms: z.coerce.number(),
  voids: z.array(z.string()),
});

/** So many ranges of offsets in one query. */
const RANGES_MAX = 100;

/** Which numbers of which producers lie in stored records, rejected ones too, as runs of consecutive numbers. */
export async function readSightings(
  clickhouse: Reads,
  topic: string,
  fresh: readonly FreshOffsets[],
): Promise<readonly ProducerSightings[]> {
  const found = new Map<string, { source: string; producer: string; sightings: Sighting[] }>();
  for (let start = 0; start < fresh.length; start += RANGES_MAX) {
    const { where, params } = inRanges(fresh.slice(start, start + RANGES_MAX));
    for (const row of await readRuns(clickhouse, where, { ...params, topic })) {
      const { source, producer } = row;
      const key = JSON.stringify([source, producer]);
      const known = found.get(key) ?? { source, producer, sightings: [] };
      found.set(key, known);
      known.sightings.push(...sightingsOf(row));
    }
  }
  return [...found.values()];
}

/**
 * Which of a producer's numbers are stored, wherever: asked before one is called missing. It reads two narrow columns
 * of all that came since the producer began.
 */
export async function readArrived(
  clickhouse: Reads,
  key: { readonly topic: string; readonly source: string; readonly producer: string },
  numbers: Range & { readonly sinceMs: number },
): Promise<readonly Sighting[]> {
  const where = `append_time >= fromUnixTimestamp64Milli({since:Int64})
    AND producer_source = {source:String} AND records_v1.producer = {producer:String}
    AND (producer_number BETWEEN {from:UInt64} AND {to:UInt64} OR producer_void != '')`;
  const bounds = { from: String(numbers.from), to: String(numbers.to), since: numbers.sinceMs };
  const rows = await readRuns(clickhouse, where, { ...key, ...bounds });
  return rows.flatMap(sightingsOf);
}

function sightingsOf(row: z.output<typeof Row>): readonly Sighting[] {
  const { from_number: from, to_number: to, first_ms: firstMs, last_ms: lastMs, voids } = row;
  const taken = voids.flatMap(voidsOf).map((range) => ({ ...range, firstMs: lastMs, lastMs }));
  return [{ from, to, firstMs, lastMs }, ...taken];
}

function inRanges(ranges: readonly FreshOffsets[]) {
  const parts = ranges.map(
    (_, n) => `(partition = {partition_${n}:UInt32} AND offset BETWEEN {from_${n}:UInt64} AND {to_${n}:UInt64}
      AND append_time >= fromUnixTimestamp64Milli({since_${n}:Int64})
      AND append_time < fromUnixTimestamp64Milli({until_${n}:Int64}))`,
  );
  const params = ranges.map((range, n) => ({
    ...{
      [`partition_${n}`]: range.partition,
      [`from_${n}`]: String(range.from),
      [`to_${n}`]: String(range.to),
    },
    ...{ [`since_${n}`]: range.sinceMs, [`until_${n}`]: range.untilMs ?? FOR_EVER_MS },
  }));
  return {
    where: `(${parts.join(" OR ")})`,
    params: Object.assign({}, ...params) as Record<string, unknown>,
  };
}

function readRuns(clickhouse: Reads, where: string, params: Readonly<Record<string, unknown>>) {
  return clickhouse.query({
    name: "coverage_sightings",
    sql: `SELECT source, producer, min(number) AS from_number, max(number) AS to_number,
        toUnixTimestamp64Milli(argMin(appended, number)) AS first_ms,
        toUnixTimestamp64Milli(argMax(appended, number)) AS last_ms,
        groupUniqArrayIf(void, void != '') AS voids
      FROM (SELECT source, producer, number, appended, void,
              toInt64(number) - row_number() OVER (PARTITION BY source, producer ORDER BY number) AS run
            FROM (SELECT toString(producer_source) AS source, toString(records_v1.producer) AS producer,
                    producer_number AS number, min(append_time) AS appended, max(producer_void) AS void
                  FROM records_v1
                  WHERE topic = {topic:String} AND epoch = 0 AND producer_number > 0 AND ${where}
                  GROUP BY source, producer, number))
      GROUP BY source, producer, run ORDER BY source, producer, from_number`,
    params,
    row: Row,
  });
}
