import { createHash } from "node:crypto";
import { z } from "zod";
import { Act } from "#core/act.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { KafkaConfig, LogRecord } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

const COLUMNS = [
  "act_offset",
  "append_time",
  "act_id",
  "act",
  "actor",
  "subject",
  "detail",
  "ingested_at",
] as const;
const LastCopied = z.object({ act_offset: z.coerce.bigint(), append_time_ms: z.coerce.number() });

/**
 * Copies the acts topic to `acts_v1`, from the last offset that is there. Two that run at once write the same rows
 * under the same keys, so no leader is needed. Resolves when it has caught up with what was there at the start.
 */
export async function copyActs(deps: {
  readonly kafka: KafkaConfig;
  readonly topic: string;
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly log: Log;
  /** Reading has ended for good: the program should end with it. */
  readonly onFailed?: (error: unknown) => void;
}): Promise<{ stop(): Promise<void> }> {
  const from = await firstToCopy(deps.clickhouse);
  let held: LogRecord[] = [];
  return readTopic(deps.kafka, {
    topic: deps.topic,
    fromOffset: from,
    log: deps.log,
    ...(deps.onFailed !== undefined && { onFailed: deps.onFailed }),
    onRecord: (record) => {
      held.push(record);
    },
    onProgress: async () => {
      const rows = held.flatMap((record) => actRow(record, deps.log));
      const ingestedAt = new Date().toISOString();
      const token = `acts-${createHash("sha256").update(JSON.stringify(rows, digits)).digest("hex")}`;
      const timed = rows.map((row) => ({ ...row, ingested_at: ingestedAt }));
      await deps.clickhouse.insert({ table: "acts_v1", columns: COLUMNS, rows: timed, token });
      held = [];
    },
  });
}

async function firstToCopy(clickhouse: Pick<ClickHouse, "query">): Promise<bigint> {
  const [last] = await clickhouse.query({
    name: "acts_last_copied",
    sql: `SELECT act_offset, toUnixTimestamp64Milli(append_time) AS append_time_ms
          FROM acts_v1 ORDER BY act_offset DESC LIMIT 1`,
    row: LastCopied,
  });
  return last === undefined ? 0n : last.act_offset + 1n;
}

/** What is no act stays on the topic and is named in the log; it is never made into one. */
function actRow(record: LogRecord, log: Log): Row[] {
  const act = readAct(record.value);
  if (act === null) {
    log.error(
      { topic: record.topic, offset: String(record.offset) },
      "a message on the acts topic is no act",
    );
    return [];
  }
  const { detail, ...fields } = act;
  const appendTime = new Date(record.appendTimeMs).toISOString();
  return [{ act_offset: record.offset, append_time: appendTime, ...fields, detail: JSON.stringify(detail) }];
}

function readAct(value: Buffer | null): Act | null {
  try {
    return Act.parse(JSON.parse(value?.toString("utf8") ?? ""));
  } catch {
    return null;
  }
}

function digits(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
