import { createHash } from "node:crypto";
import type { Append } from "#jobs/conflicts/settle.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";

/**
 * Appends settlements to `events_v1`, copies of their beliefs under another epoch and sign. One insert stays inside one
 * table partition, under a token of what it says: the same findings, by whomever, are one insert; where two saw
 * different sets, the rows that both wrote have one key and one version and fold away.
 */
export async function appendSettlements(
  clickhouse: Pick<ClickHouse, "insert">,
  appends: readonly Append[],
  now: Date,
): Promise<void> {
  for (const ofMonth of Map.groupBy(appends, ({ of }) => of.month).values()) {
    const said = ofMonth.map(({ of, epoch, sign }) => [
      ...[of.eventId, of.place, of.record, String(of.version), of.columns["ingested_at"]],
      ...[epoch, sign],
    ]);
    const token = `settlement-${createHash("sha256").update(JSON.stringify(said)).digest("hex")}`;
    const rows = ofMonth.map(
      ({ of, epoch, sign }): Row => ({ ...of.columns, epoch, sign, ingested_at: now.toISOString() }),
    );
    await clickhouse.insert({ table: "events_v1", columns: Object.keys(rows[0] ?? {}), rows, token });
  }
}
