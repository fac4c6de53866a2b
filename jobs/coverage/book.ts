import { createHash } from "node:crypto";
import {
  COVERAGE_COLUMNS,
  type GapRow,
  gapRow,
  type PartitionState,
  type ProducerRow,
  partitionRow,
  producerRow,
  type SequenceGapRow,
  sequenceGapRow,
} from "#jobs/coverage/coverage-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/** What one look found that was not on record. */
export interface News {
  readonly partitions: readonly PartitionState[];
  readonly gaps: readonly GapRow[];
  readonly producers: readonly ProducerRow[];
  readonly sequenceGaps: readonly SequenceGapRow[];
}

/** Puts news on record, in one insert: how far a look got and what it found are there together, or neither is. */
export async function appendNews(
  clickhouse: Pick<ClickHouse, "insert">,
  news: News,
  at: Date,
): Promise<void> {
  const found = [
    ...news.partitions.map(partitionRow),
    ...news.gaps.map(gapRow),
    ...news.producers.map(producerRow),
    ...news.sequenceGaps.map(sequenceGapRow),
  ];
  const rows = found.map((row): Row => ({ ...row, checked_at: at.toISOString() }));
  const token = `coverage-${createHash("sha256").update(JSON.stringify(rows, digits)).digest("hex")}`;
  await clickhouse.insert({ table: "coverage_v1", columns: COVERAGE_COLUMNS, rows, token });
}

function digits(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
