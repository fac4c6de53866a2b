import { z } from "zod";
import type { Ground } from "#test/support/pipeline.ts";

const Whole = z.coerce.number();
const Sums = z.object({
  calls: Whole,
  cost: z.string(),
  event_rows: Whole,
  record_rows: Whole,
  positions: Whole,
  rejected: Whole,
  batch_rows: Whole,
  ranges: Whole,
});

/** What the tables hold: `*_rows` without FINAL, so that a row that was written twice shows. */
export async function sums({ clickhouse }: Ground): Promise<z.infer<typeof Sums>> {
  const [row] = await clickhouse.query({
    name: "sums",
    sql: `SELECT (SELECT sum(sign) FROM events_v1 FINAL) AS calls,
                 (SELECT toString(ifNull(sum(sign * cost_usd), 0)) FROM events_v1 FINAL) AS cost,
                 (SELECT count() FROM events_v1) AS event_rows,
                 (SELECT count() FROM records_v1) AS record_rows,
                 (SELECT uniqExact(topic, partition, offset, append_time, element) FROM records_v1) AS positions,
                 (SELECT countIf(outcome = 'rejected') FROM records_v1) AS rejected,
                 (SELECT count() FROM batches_v1) AS batch_rows,
                 (SELECT uniqExact(topic, partition, first_offset, last_offset) FROM batches_v1) AS ranges`,
    row: Sums,
  });
  if (row === undefined) throw new Error("sums over nothing still are a row");
  return row;
}
