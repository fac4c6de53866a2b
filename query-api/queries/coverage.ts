import { z } from "zod";
import { EXPLAINED_VERDICTS } from "#core/coverage/verdicts.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Known, Moment, Whole } from "#query-api/store-types.ts";

/** The first life of a topic has no known begin. */
const Life = Moment.transform((moment) => (moment.startsWith("1970-01-01T00:00:00.000") ? null : moment));

const PartitionRow = z.object({
  topic: z.string(),
  partition: z.int(),
  topic_since: Life,
  examined_to: Whole,
  covered_to: Whole,
  records: Whole,
  accepted: Whole,
  rejected: Whole,
  control: Whole,
  aborted: Whole,
  compacted: Whole,
  unseen: Whole,
  first_append_time: Moment.nullable(),
  last_append_time: Moment.nullable(),
});

interface Filter {
  readonly topics: readonly string[] | undefined;
}
const ofTopics = ({ topics }: Filter) =>
  topics === undefined ? "true" : "topic IN {filter_topic:Array(String)}";
const topicParams = ({ topics }: Filter) => (topics === undefined ? {} : { filter_topic: topics });

/** How far every life of every partition was examined, and what its offsets are. */
export function coveragePartitionsQuery(
  filter: Filter & { readonly rowsMax: number },
): ViewQuery<typeof PartitionRow> {
  return {
    name: "coverage_partitions",
    sql: () => `SELECT topic, partition, life AS topic_since, to_number AS examined_to, covered_to,
        records, accepted, rejected, control, aborted, compacted, unseen,
        from_time AS first_append_time, to_time AS last_append_time
      FROM all_coverage_progress WHERE subject = 'partition' AND ${ofTopics(filter)}
      ORDER BY topic, partition, life LIMIT {rows_max:UInt32}`,
    params: { ...topicParams(filter), rows_max: filter.rowsMax },
    row: PartitionRow,
  };
}

const SourceRow = z.object({
  topic: z.string(),
  source: z.string(),
  producers: Whole,
  numbered: Whole,
  last_append_time: Moment.nullable(),
});

/** What producers numbered, by source: how many runs of them, and the sum of their highest numbers. */
export function coverageSourcesQuery(filter: Filter): ViewQuery<typeof SourceRow> {
  return {
    name: "coverage_sources",
    sql: () => `SELECT topic, source, count() AS producers, sum(toUInt64(to_number)) AS numbered,
        max(to_time) AS last_append_time
      FROM all_coverage_progress WHERE subject = 'producer' AND ${ofTopics(filter)}
      GROUP BY topic, source ORDER BY topic, source`,
    params: topicParams(filter),
    row: SourceRow,
  };
}

const TotalsRow = z.object({ missing_offsets: Whole, missing_numbers: Whole, checked_at: Moment.nullable() });

/** How much nothing explains, and when a check last put anything on record. */
export function coverageTotalsQuery(filter: Filter): ViewQuery<typeof TotalsRow> {
  const missing = (subject: string) =>
    `sumIf(toUInt64(to_number - from_number + 1), subject = '${subject}' AND verdict NOT IN {explained:Array(String)})`;
  return {
    name: "coverage_totals",
    sql: () => `SELECT any(missing_offsets) AS missing_offsets, any(missing_numbers) AS missing_numbers,
        max(checked) AS checked_at
      FROM (SELECT ${missing("gap")} AS missing_offsets, ${missing("sequence_gap")} AS missing_numbers
            FROM all_coverage_gaps WHERE ${ofTopics(filter)}) AS gaps
      CROSS JOIN (SELECT if(count() = 0, NULL, max(checked_at)) AS checked
            FROM all_coverage_progress WHERE ${ofTopics(filter)}) AS progress`,
    params: { ...topicParams(filter), explained: EXPLAINED_VERDICTS },
    row: TotalsRow,
  };
}

const GapRow = z.object({
  subject: z.enum(["gap", "sequence_gap"]),
  topic: z.string(),
  partition: z.int(),
  life_ms: Whole,
  topic_since: Life,
  source: Known,
  producer: Known,
  from_number: Whole,
  to_number: Whole,
  verdict: z.string(),
  after: Moment.nullable(),
  before: Moment.nullable(),
  detail: Known,
  checked_at: Moment,
});
export type CoverageGap = z.infer<typeof GapRow>;

/** Gaps as they were last judged, in the order of their place. */
export function coverageGapsQuery(
  filter: Filter & {
    readonly verdicts: readonly string[] | undefined;
    readonly place: readonly string[] | null;
    readonly rowsMax: number;
  },
): ViewQuery<typeof GapRow> {
  const { verdicts, place } = filter;
  return {
    name: "coverage_gaps",
    sql: () => `SELECT toString(subject) AS subject, topic, partition, toUnixTimestamp64Milli(life) AS life_ms,
        life AS topic_since, source, producer, from_number, to_number, verdict,
        from_time AS after, to_time AS before, detail, checked_at
      FROM all_coverage_gaps AS gaps
      WHERE ${ofTopics(filter)}
        AND ${verdicts === undefined ? "verdict != 'resolved'" : "verdict IN {filter_verdict:Array(String)}"}
        AND ${place === null ? "true" : `${PLACE} > ${PLACE_BOUND}`}
      ORDER BY ${PLACE} LIMIT {rows_max:UInt32}`,
    params: {
      ...topicParams(filter),
      ...(verdicts === undefined ? {} : { filter_verdict: verdicts }),
      ...Object.fromEntries((place ?? []).map((value, index) => [`place_${index}`, value])),
      rows_max: filter.rowsMax,
    },
    row: GapRow,
  };
}

const PLACE =
  "(topic, toString(gaps.subject), partition, toUnixTimestamp64Milli(life), source, producer, from_number, to_number)";
const PLACE_BOUND =
  "({place_0:String}, {place_1:String}, {place_2:UInt32}, {place_3:Int64}, {place_4:String}, {place_5:String}, {place_6:UInt64}, {place_7:Int64})";

/** The place of a gap, for the cursor behind it. */
export function placeOf(gap: CoverageGap): readonly string[] {
  return [
    ...[gap.topic, gap.subject, String(gap.partition), String(gap.life_ms)],
    ...[gap.source ?? "", gap.producer ?? "", String(gap.from_number), String(gap.to_number)],
  ];
}
