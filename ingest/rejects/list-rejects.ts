import { z } from "zod";
import { instant } from "#ingest/replay/stored-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const Moment = z.string().transform((text) => `${text.replace(" ", "T")}Z`);

const RejectGroup = z.object({
  source: z.string(),
  claimed_source: z.string(),
  reason: z.string(),
  records: z.coerce.number(),
  first_at: Moment,
  last_at: Moment,
  sample: z.string(),
  sample_detail: z.string(),
});
/** Rejects of one source with one reason. `source` is empty where none claimed the record; the claim is what it says. */
export type RejectGroup = z.infer<typeof RejectGroup>;

export interface RejectFilter {
  readonly source: string | null;
  readonly reason: string | null;
  readonly from: string;
  readonly to: string;
}

/** The open rejects of a range by source and reason: what a replay has brought in since is no reject any more. */
export async function listRejects(
  clickhouse: Pick<ClickHouse, "query">,
  filter: RejectFilter,
): Promise<readonly RejectGroup[]> {
  return clickhouse.query({
    name: "rejects_list",
    sql: `WITH corrected AS (
            SELECT topic, partition, offset, append_time, element, max(epoch) AS last
            FROM records_v1
            WHERE epoch > 0 AND append_time >= {from:DateTime64(3, 'UTC')} AND append_time < {to:DateTime64(3, 'UTC')}
            GROUP BY topic, partition, offset, append_time, element
          )
          SELECT source,
                 if(source = '', headers['spendtrail-source'], '') AS claimed_source,
                 reject_reason AS reason,
                 count() AS records,
                 min(append_time) AS first_at,
                 max(append_time) AS last_at,
                 argMax(concat(topic, '/', toString(partition), '/', toString(offset), '/', toString(element)),
                        (append_time, offset)) AS sample,
                 argMax(reject_detail, (append_time, offset)) AS sample_detail
          FROM records_v1 FINAL
          WHERE outcome = 'rejected'
            AND append_time >= {from:DateTime64(3, 'UTC')} AND append_time < {to:DateTime64(3, 'UTC')}
            AND ({source:String} = '' OR source = {source:String} OR
                 (source = '' AND headers['spendtrail-source'] = {source:String}))
            AND ({reason:String} = '' OR reject_reason = {reason:String})
            AND if(epoch = 0,
                   (topic, partition, offset, append_time, element) NOT IN
                     (SELECT topic, partition, offset, append_time, element FROM corrected),
                   (topic, partition, offset, append_time, element, epoch) IN (SELECT * FROM corrected))
          GROUP BY source, claimed_source, reason
          ORDER BY records DESC, source, claimed_source, reason`,
    params: {
      from: instant(filter.from),
      to: instant(filter.to),
      source: filter.source ?? "",
      reason: filter.reason ?? "",
    },
    row: RejectGroup,
  });
}
