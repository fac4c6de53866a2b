import { z } from "zod";
import { failure } from "#core/failure.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import { listTopics } from "#runtime/kafka/list-topics.ts";
import { readEnds } from "#runtime/kafka/topic-ends.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const TABLES = [
  ...["records_v1", "events_v1", "batches_v1", "people_v1", "settings_changes_v1", "acts_v1", "restores_v1"],
] as const;

/** Refuses a target that holds anything. @throws failure RESTORE_TARGET_NOT_EMPTY */
export async function requireEmpty(
  clickhouse: ClickHouse,
  kafka: KafkaConfig,
  topics: readonly string[],
  log: Log,
): Promise<void> {
  for (const table of TABLES) {
    const rows = await clickhouse.query({
      name: "restore_target_empty",
      sql: `SELECT 1 AS one FROM ${table} LIMIT 1`,
      row: z.object({ one: z.int() }),
    });
    if (rows.length > 0)
      throw failure("RESTORE_TARGET_NOT_EMPTY", { what: `Table ${clickhouse.database}.${table}` });
  }
  const there = await listTopics(kafka, log);
  const ends = await readEnds(
    kafka,
    topics.filter((topic) => there.has(topic)),
    log,
  );
  const full = ends.find(({ offset }) => offset > 0n);
  if (full !== undefined) throw failure("RESTORE_TARGET_NOT_EMPTY", { what: `Topic ${full.topic}` });
}
