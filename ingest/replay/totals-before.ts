import { z } from "zod";
import { type Money, parseMoney } from "#core/money.ts";
import { Totals } from "#core/replay/totals.ts";
import { BELIEF_EPOCH_SQL } from "#core/settlement-epoch.ts";
import { UNPRICED_SQL } from "#core/unpriced.ts";
import { instant, type RecordRange } from "#ingest/replay/stored-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

const TotalRow = z.object({
  team: z.string(),
  model: z.string(),
  calls: z.coerce.bigint(),
  unpriced: z.coerce.bigint(),
  cost: z.string(),
});

/** What stands of a range's records before an epoch, by team and model, as the store adds it up. */
export async function readTotals(
  clickhouse: Pick<ClickHouse, "query">,
  range: Omit<RecordRange, "rejectedOnly" | "ingestedUntil">,
): Promise<Totals> {
  const rows = await clickhouse.query({
    name: "replay_totals",
    sql: `SELECT team, if(model_canonical = '', model, model_canonical) AS model,
                 sumIf(sign, kind = 'response') AS calls,
                 sumIf(sign, ${UNPRICED_SQL}) AS unpriced,
                 toString(ifNull(sum(sign * cost_usd), 0)) AS cost
          FROM events_v1 FINAL
          WHERE kind IN ('response', 'part') AND role = 'ledger'
            AND append_time >= {from:DateTime64(3, 'UTC')} AND append_time < {to:DateTime64(3, 'UTC')}
            AND ({any_source:Bool} OR source = {source:String})
            AND ${BELIEF_EPOCH_SQL} < {epoch:UInt32}
          GROUP BY team, model_canonical, events_v1.model
          ORDER BY team, model`,
    params: {
      from: instant(range.from),
      to: instant(range.to),
      any_source: range.source === null,
      source: range.source ?? "",
      epoch: range.epoch,
    },
    row: TotalRow,
    settings: { do_not_merge_across_partitions_select_final: 1, prefer_column_name_to_alias: 1 },
  });
  const totals = new Totals();
  for (const row of rows) totals.addTotal({ ...row, cost: amount(row.cost) });
  return totals;
}

function amount(text: string): Money {
  const read = parseMoney(text);
  if (!read.ok) throw new Error(`the store added up ${text}`);
  return read.value;
}
