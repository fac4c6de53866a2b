import { z } from "zod";
import type { GapRow, PartitionState, ProducerRow, SequenceGapRow } from "#jobs/coverage/coverage-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

type Reads = Pick<ClickHouse, "query">;

const Whole = z.coerce.bigint();
const Ms = z.coerce.number();
const TIMES = `toUnixTimestamp64Milli(life) AS life_ms, toUnixTimestamp64Milli(from_time) AS from_ms,
  toUnixTimestamp64Milli(to_time) AS to_ms`;

const Partition = z
  .object({
    topic: z.string(),
    partition: z.coerce.number(),
    life_ms: Ms,
    to_number: Whole,
    covered_to: Whole,
    records: Whole,
    accepted: Whole,
    rejected: Whole,
    control: Whole,
    aborted: Whole,
    compacted: Whole,
    unseen: Whole,
    from_ms: Ms.nullable(),
    to_ms: Ms,
    checked_ms: Ms,
  })
  .transform(
    ({
      life_ms: lifeMs,
      to_number: through,
      covered_to: coveredTo,
      from_ms,
      to_ms,
      checked_ms: checkedAtMs,
      ...rest
    }): PartitionState => ({
      ...rest,
      lifeMs,
      through,
      coveredTo,
      firstAppendMs: from_ms,
      lastAppendMs: to_ms,
      checkedAtMs,
    }),
  );

/** How far every life of a topic's partitions was examined, oldest life first. */
export function readPartitionStates(clickhouse: Reads, topic: string): Promise<PartitionState[]> {
  return clickhouse.query({
    name: "coverage_partitions",
    sql: `SELECT topic, partition, to_number, covered_to, records, accepted, rejected, control, aborted, compacted,
            unseen, toUnixTimestamp64Milli(checked_at) AS checked_ms, ${TIMES}
          FROM coverage_v1 WHERE subject = 'partition' AND topic = {topic:String}
          ORDER BY checked_at DESC, to_number DESC LIMIT 1 BY partition, life`,
    params: { topic },
    row: Partition,
  });
}

const Gap = z
  .object({
    topic: z.string(),
    partition: z.coerce.number(),
    life_ms: Ms,
    from_number: Whole,
    to_number: Whole,
    verdict: z.string(),
    from_ms: Ms.nullable(),
    to_ms: Ms.nullable(),
    detail: z.string(),
  })
  .transform(
    ({ life_ms: lifeMs, from_number: from, to_number: to, from_ms, to_ms, ...rest }): GapRow => ({
      ...rest,
      ...{ lifeMs, from, to, afterMs: from_ms, beforeMs: to_ms },
    }),
  );

/** Every gap of a topic's partitions as it was last judged, resolved ones too. */
export function readGaps(clickhouse: Reads, topic: string): Promise<GapRow[]> {
  return clickhouse.query({
    name: "coverage_gaps",
    sql: `SELECT topic, partition, from_number, to_number, verdict, detail, ${TIMES}
          FROM coverage_v1 WHERE subject = 'gap' AND topic = {topic:String}
          ORDER BY checked_at DESC LIMIT 1 BY partition, life, from_number, to_number`,
    params: { topic },
    row: Gap,
  });
}

const KEY = { topic: z.string(), source: z.string(), producer: z.string() };
const Producer = z
  .object({
    ...KEY,
    to_number: Whole,
    holes: z.array(z.tuple([Whole, Whole, Ms, Ms])),
    from_ms: Ms,
    to_ms: Ms,
  })
  .transform(
    ({ holes, to_number: through, from_ms: firstMs, to_ms: lastMs, ...key }): ProducerRow => ({
      ...key,
      state: {
        ...{ through, firstMs, lastMs },
        holes: holes.map(([from, to, afterMs, beforeMs]) => ({ from, to, afterMs, beforeMs })),
      },
    }),
  );

/** The producers that are named, and all that have holes: time alone makes gaps of those. */
export function readProducers(
  clickhouse: Reads,
  topic: string,
  producers: readonly string[],
): Promise<ProducerRow[]> {
  return clickhouse.query({
    name: "coverage_producers",
    sql: `SELECT topic, source, producer, to_number, holes, ${TIMES}
          FROM (SELECT * FROM coverage_v1 WHERE subject = 'producer' AND topic = {topic:String}
                ORDER BY checked_at DESC, to_number DESC LIMIT 1 BY source, producer)
          WHERE notEmpty(holes) OR producer IN {producers:Array(String)}`,
    params: { topic, producers },
    row: Producer,
  });
}

const SequenceGap = z
  .object({ ...KEY, from_number: Whole, to_number: Whole, verdict: z.string(), from_ms: Ms, to_ms: Ms })
  .transform(
    ({ from_number: from, to_number: to, from_ms: afterMs, to_ms: beforeMs, ...rest }): SequenceGapRow => ({
      ...rest,
      ...{ from, to, afterMs, beforeMs },
    }),
  );

/** Every gap in the numbers of a topic's producers as it was last judged, resolved ones too. */
export function readSequenceGaps(clickhouse: Reads, topic: string): Promise<SequenceGapRow[]> {
  return clickhouse.query({
    name: "coverage_sequence_gaps",
    sql: `SELECT topic, source, producer, from_number, to_number, verdict, ${TIMES}
          FROM coverage_v1 WHERE subject = 'sequence_gap' AND topic = {topic:String}
          ORDER BY checked_at DESC LIMIT 1 BY source, producer, from_number, to_number`,
    params: { topic },
    row: SequenceGap,
  });
}
