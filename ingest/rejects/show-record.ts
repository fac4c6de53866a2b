import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);

const ShownRecord = z.object({
  topic: z.string(),
  partition: z.number(),
  offset: z.string(),
  element: z.number(),
  append_time: Moment,
  ingested_at: Moment,
  source: z.string(),
  gateway: z.string(),
  outcome: z.enum(["accepted", "rejected"]),
  reject_reason: z.string(),
  reject_detail: z.string(),
  epoch: z.number(),
  adapter_version: z.number(),
  settings_offset: z.string(),
  received_sha256: z.string(),
  headers: z.record(z.string(), z.string()),
  stored: z.string(),
});
/** One stored record element with everything that says why it is what it is. */
export type ShownRecord = z.infer<typeof ShownRecord>;

export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly element: number;
}

/** The latest belief about the element at a position; of a topic that was made anew, its latest record there. */
export async function showRecord(
  clickhouse: Pick<ClickHouse, "query">,
  place: RecordPlace,
): Promise<ShownRecord | null> {
  const [row] = await clickhouse.query({
    name: "rejects_show",
    sql: `SELECT topic, partition, offset, element, append_time, ingested_at, source, gateway, outcome, reject_reason,
                 reject_detail, epoch, adapter_version, settings_offset, received_sha256, headers, stored
          FROM records_v1
          WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}
            AND element = {element:UInt32}
          ORDER BY append_time DESC, epoch DESC
          LIMIT 1`,
    params: { ...place },
    row: ShownRecord,
  });
  return row ?? null;
}
