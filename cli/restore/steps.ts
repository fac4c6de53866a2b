import { z } from "zod";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** The step that says that a restore began, and the one that says that it ended well. */
export const [BEGUN, ENDED] = [0, 4_294_967_295];

/** The steps of a back-up's restore that are done. */
export async function readSteps(clickhouse: ClickHouse, backup: string): Promise<ReadonlySet<number>> {
  const rows = await clickhouse.query({
    name: "restore_steps",
    sql: "SELECT step FROM restores_v1 FINAL WHERE backup = {backup:String}",
    params: { backup },
    row: z.object({ step: z.int() }),
  });
  return new Set(rows.map(({ step }) => step));
}

export async function markStep(
  clickhouse: ClickHouse,
  backup: string,
  step: number,
  now: Date,
): Promise<void> {
  await clickhouse.insert({
    table: "restores_v1",
    columns: ["backup", "step", "done_at"],
    rows: [{ backup, step, done_at: now.toISOString() }],
    token: `restore-${backup}-${step}`,
  });
}
