import { z } from "zod";
import { positionText } from "#jobs/conflicts/stored-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const Whole = z.union([z.string(), z.number()]).transform((value) => BigInt(value));

const StatementRow = z
  .object({
    id: Whole,
    bucket: z.string(),
    key: z.int(),
    content: z.int(),
    topic: z.string(),
    partition: z.int(),
    offset: Whole,
    element: z.int(),
  })
  .transform((row) => ({ ...row, position: positionText(row) }));

/** What one record says of an event, as the index has it; without a topic, that a correction wrote it there. */
export type Statement = z.infer<typeof StatementRow>;

/** The index's number of an event. */
export function indexId(eventId: string): bigint {
  return BigInt(`0x${eventId.slice(0, 16)}`);
}

/** The same in SQL. */
export const indexIdSql = (eventId: string) =>
  `reinterpretAsUInt64(reverse(unhex(substring(${eventId}, 1, 16))))`;

/** All that the index has of some events. */
export async function readStatements(
  clickhouse: Pick<ClickHouse, "query">,
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly Statement[]> {
  if (eventIds.length === 0) return [];
  return clickhouse.query({
    name: "conflict_statements",
    sql: `SELECT DISTINCT id, bucket, key, content, topic, partition, offset, element
          FROM identity_index_v1 WHERE id IN {ids:Array(UInt64)}`,
    params: { ids: eventIds.map(indexId) },
    row: StatementRow,
    signal,
  });
}
