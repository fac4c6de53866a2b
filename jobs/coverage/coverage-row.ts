import type { Explained } from "#core/coverage/judge-hole.ts";
import type { Range } from "#core/coverage/range.ts";
import type { Hole, ProducerState } from "#core/coverage/sequence.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** How far one life of a partition was examined, and what its offsets were. */
export interface PartitionState extends Explained {
  readonly topic: string;
  readonly partition: number;
  readonly lifeMs: number;
  /** The last offset that was examined; -1: none. */
  readonly through: bigint;
  /** The last offset of the last batch; -1: none. */
  readonly coveredTo: bigint;
  readonly records: bigint;
  readonly accepted: bigint;
  readonly rejected: bigint;
  readonly firstAppendMs: number | null;
  readonly lastAppendMs: number;
  /** When it was last put on record; 0: never. */
  readonly checkedAtMs: number;
}

/** Offsets without a stored record, on record. */
export interface GapRow extends Range {
  readonly topic: string;
  readonly partition: number;
  readonly lifeMs: number;
  readonly verdict: string;
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
  readonly detail: string;
}

export interface ProducerKey {
  readonly topic: string;
  readonly source: string;
  readonly producer: string;
}

export interface ProducerRow extends ProducerKey {
  readonly state: ProducerState;
}

export interface SequenceGapRow extends ProducerKey, Hole {
  readonly verdict: string;
}

export const COVERAGE_COLUMNS = [
  ...["subject", "topic", "partition", "life", "source", "producer", "from_number", "to_number", "verdict"],
  ...["covered_to", "records", "accepted", "rejected", "control", "aborted", "compacted", "unseen", "holes"],
  ...["from_time", "to_time", "detail", "checked_at"],
] as const;

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

const EMPTY: Row = {
  ...{ topic: "", partition: 0, life: iso(0), source: "", producer: "", verdict: "", detail: "" },
  ...{
    covered_to: -1,
    records: 0,
    accepted: 0,
    rejected: 0,
    control: 0,
    aborted: 0,
    compacted: 0,
    unseen: 0,
  },
  holes: [],
};

export function partitionRow(state: PartitionState): Row {
  const { topic, partition, records, accepted, rejected, control, aborted, compacted, unseen } = state;
  return {
    ...EMPTY,
    ...{ subject: "partition", topic, partition, life: iso(state.lifeMs) },
    ...{ from_number: 0, to_number: state.through, covered_to: state.coveredTo },
    ...{ records, accepted, rejected, control, aborted, compacted, unseen },
    ...{ from_time: isoOrNull(state.firstAppendMs), to_time: iso(state.lastAppendMs) },
  };
}

export function gapRow(gap: GapRow): Row {
  const { topic, partition, lifeMs, from, to, verdict, detail, afterMs, beforeMs } = gap;
  return {
    ...EMPTY,
    ...{
      subject: "gap",
      topic,
      partition,
      life: iso(lifeMs),
      from_number: from,
      to_number: to,
      verdict,
      detail,
    },
    ...{ from_time: isoOrNull(afterMs), to_time: isoOrNull(beforeMs) },
  };
}

export function producerRow({ topic, source, producer, state }: ProducerRow): Row {
  return {
    ...EMPTY,
    ...{ subject: "producer", topic, source, producer, from_number: 1, to_number: state.through },
    holes: state.holes.map(({ from, to, afterMs, beforeMs }) => [from, to, afterMs, beforeMs]),
    ...{ from_time: iso(state.firstMs), to_time: iso(state.lastMs) },
  };
}

export function sequenceGapRow(gap: SequenceGapRow): Row {
  const { topic, source, producer, from, to, verdict, afterMs, beforeMs } = gap;
  return {
    ...EMPTY,
    ...{ subject: "sequence_gap", topic, source, producer, verdict, from_number: from, to_number: to },
    ...{ from_time: iso(afterMs), to_time: iso(beforeMs) },
  };
}
