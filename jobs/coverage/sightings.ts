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
  clickhouse: Pick<ClickHouse, "query">,
  topic: string,
  fresh: readonly FreshOffsets[],
): Promise<readonly ProducerSightings[]> {
  const found = new Map<string, { source: string; producer: string; sightings: Sighting[] }>();
  for (let start = 0; start < fresh.length; start += RANGES_MAX)
    for (const row of await runsIn(clickhouse, topic, fresh.slice(start, start + RANGES_MAX))) {
      const { source, producer, first_ms: firstMs, last_ms: lastMs } = row;
      const key = JSON.stringify([source, producer]);
      const known = found.get(key) ?? { source, producer, sightings: [] };
      found.set(key, known);
      const times = { firstMs, lastMs };
      known.sightings.push(
        { from: row.from_number, to: row.to_number, ...times },
        ...row.voids.flatMap(voidsOf).map((range) => ({ ...range, firstMs: lastMs, lastMs })),
      );
    }
  return [...found.values()];
}

function runsIn(clickhouse: Pick<ClickHouse, "query">, topic: string, ranges: readonly FreshOffsets[]) {
  const within = ranges.map(
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
  return clickhouse.query({
    name: "coverage_sightings",
    sql: `SELECT source, producer, min(number) AS from_number, max(number) AS to_number,
        toUnixTimestamp64Milli(argMin(appended, number)) AS first_ms,
        toUnixTimestamp64Milli(argMax(appended, number)) AS last_ms,
        groupUniqArrayIf(void, void != '') AS voids
      FROM (SELECT source, producer, number, appended, void,
              toInt64(number) - row_number() OVER (PARTITION BY source, producer ORDER BY number) AS run
            FROM (SELECT toString(producer_source) AS source, toString(producer) AS producer,
                    producer_number AS number, min(append_time) AS appended, max(producer_void) AS void
                  FROM records_v1
                  WHERE topic = {topic:String} AND epoch = 0 AND producer_number > 0 AND (${within.join(" OR ")})
                  GROUP BY source, producer, number))
      GROUP BY source, producer, run ORDER BY source, producer, from_number`,
    params: Object.assign({ topic }, ...params) as Record<string, unknown>,
    row: Row,
  });
}
